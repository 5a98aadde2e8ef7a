// Packs what a machine needs into dist/bootfleet-agent.tar.gz, with paths under /usr: the agent, its name on the path
// and its systemd unit. The same sources give the same bytes.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const folder = import.meta.dirname
const entries = [
  { path: 'lib/bootfleet/bootfleet-agent.mjs', mode: 0o755, file: 'dist/bootfleet-agent.mjs' },
  { path: 'bin/bootfleet-agent', mode: 0o777, link: '../lib/bootfleet/bootfleet-agent.mjs' },
  {
    path: 'lib/systemd/system/bootfleet-agent.service',
    mode: 0o644,
    file: '../../deploy/agent/bootfleet-agent.service',
  },
]

// tar warns about files of 1970, and the time of the build would make each package another one.
const modifiedSec = Date.UTC(2026, 0, 1) / 1000
const block = 512

/** One file or link in the ustar format. No folders: one that is there keeps its owner and mode, one that is not is made. */
function tarEntry({ path, mode, file, link = '' }) {
  const content = file ? readFileSync(join(folder, file)) : Buffer.alloc(0)
  const header = Buffer.alloc(block)
  const text = (value, at) => header.write(value, at, 'latin1')
  const octal = (value, at, length) => text(`${value.toString(8).padStart(length - 1, '0')}\0`, at)
  text(path, 0)
  octal(mode, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(content.length, 124, 12)
  octal(modifiedSec, 136, 12)
  text(' '.repeat(8), 148)
  text(file ? '0' : '2', 156)
  text(link, 157)
  text('ustar\x0000', 257)
  text('root', 265)
  text('root', 297)
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  )
  const padding = Buffer.alloc((block - (content.length % block)) % block)
  return Buffer.concat([header, content, padding])
}

const tar = Buffer.concat([...entries.map(tarEntry), Buffer.alloc(2 * block)])
writeFileSync(join(folder, 'dist/bootfleet-agent.tar.gz'), gzipSync(tar, { level: 9 }))
