import { defineConfig } from 'rolldown'

const bundle = (input, file) => ({
  input,
  platform: 'node',
  resolve: {
    conditionNames: ['source', 'node', 'import', 'default'],
    // A copy of Node's own streams for other places to run in.
    alias: { 'readable-stream': 'node:stream' },
  },
  treeshake: true,
  output: { file, format: 'esm', codeSplitting: false, banner: '#!/usr/bin/env node' },
})

export default defineConfig([
  bundle('src/main.ts', 'dist/bootfleet-agent.mjs'),
  bundle('src/simulate/main.ts', 'dist/bootfleet-simulate.mjs'),
])
