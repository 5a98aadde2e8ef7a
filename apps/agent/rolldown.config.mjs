import { defineConfig } from 'rolldown'

export default defineConfig({
  input: 'src/main.ts',
  platform: 'node',
  resolve: { conditionNames: ['source', 'node', 'import', 'default'] },
  treeshake: true,
  output: { file: 'dist/bootfleet-agent.mjs', format: 'esm', banner: '#!/usr/bin/env node' },
})
