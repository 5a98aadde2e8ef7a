import { createWriteStream, existsSync, renameSync, statSync, type WriteStream } from 'node:fs'

const maxBytes = 5 * 1024 * 1024

/** A log of bounded size: when it is full it becomes `<path>.1`, and the one before that is lost. */
export class LogFile {
  readonly path: string
  #stream: WriteStream
  #bytes: number

  constructor(path: string) {
    this.path = path
    if (existsSync(path) && statSync(path).size > maxBytes) renameSync(path, `${path}.1`)
    this.#bytes = existsSync(path) ? statSync(path).size : 0
    this.#stream = open(path)
  }

  /** Adds one line. */
  write(line: string): void {
    this.#bytes += Buffer.byteLength(line) + 1
    if (this.#bytes > maxBytes) this.#rotate()
    this.#stream.write(`${line}\n`)
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#stream.end(resolve))
  }

  #rotate(): void {
    this.#stream.end()
    renameSync(this.path, `${this.path}.1`)
    this.#stream = open(this.path)
    this.#bytes = 0
  }
}

// A full disk must not end the fleet's control plane: what cannot be written is lost.
function open(path: string): WriteStream {
  const stream = createWriteStream(path, { flags: 'a', mode: 0o600 })
  stream.on('error', () => {})
  return stream
}
