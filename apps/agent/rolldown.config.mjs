import { defineConfig } from 'rolldown'

const bundle = (input, file) => ({
  input,
  platform: 'node',
  resolve: { conditionNames: ['source', 'node', 'import', 'default'] },
  treeshake: true,
  output: { file, format: 'esm', banner: '#!/usr/bin/env node' },
})

export default defineConfig([
  bundle('src/main.ts', 'dist/bootfleet-agent.mjs'),
  bundle('src/simulate/main.ts', 'dist/bootfleet-simulate.mjs'),
])
