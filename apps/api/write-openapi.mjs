import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

// Writes the OpenAPI document to the file that is named on the command line; `npm run build` comes first.
const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('Name the file to write: node write-openapi.mjs openapi.json')
const { buildDocument } = await import(new URL('dist/openapi/build-document.js', import.meta.url).href)
await mkdir(dirname(file), { recursive: true })
await writeFile(file, `${JSON.stringify(buildDocument(), null, 2)}\n`)
