import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { buildDocument } from './build-document.ts'

/** Writes the OpenAPI document to the file that is named on the command line. */
async function main([file]: string[]): Promise<void> {
  if (file === undefined) throw new Error('Name the file to write: node dist/openapi/write-document.js openapi.json')
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${JSON.stringify(buildDocument(), null, 2)}\n`)
}

await main(process.argv.slice(2))
