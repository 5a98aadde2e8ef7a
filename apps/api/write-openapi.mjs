import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { buildDocument } from './dist/openapi/build-document.js'

// Writes the OpenAPI document to the file that is named on the command line; `npm run build` comes first.
const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('Name the file to write: node write-openapi.mjs openapi.json')
await mkdir(dirname(file), { recursive: true })
await writeFile(file, `${JSON.stringify(buildDocument(), null, 2)}\n`)
