// The process of the simulated devices; the bench starts it and talks to it over IPC.
import { register } from 'node:module'

register('./typescript-hooks.mjs', import.meta.url)
await import('./generator/serve.ts')
