import { createConnection, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

const answerMs = 20_000

interface Answer {
  readonly id?: number
  readonly return?: unknown
  readonly error?: { readonly desc: string }
}

/** QEMU's guest agent in the machine, at the socket of its serial port. Requests to a machine that is down time out. */
export class GuestAgent implements Disposable {
  readonly #socket: Socket
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #lastId = 0

  constructor(path: string) {
    this.#socket = createConnection(path)
    this.#socket.on('error', () => {})
    createInterface(this.#socket).on('line', (line) => {
      const answer: Answer = JSON.parse(line)
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer)
    })
  }

  /** Gives what the guest returned. Throws what it refused, or that it did not answer. */
  async request(name: string, args: object = {}): Promise<Record<string, unknown>> {
    const id = (this.#lastId += 1)
    const answer = await new Promise<Answer>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${name}: the guest does not answer`)), answerMs)
      this.#waiting.set(id, (found) => {
        clearTimeout(timer)
        resolve(found)
      })
      this.#socket.write(`${JSON.stringify({ execute: name, arguments: args, id })}\n`)
    }).finally(() => this.#waiting.delete(id))
    if (answer.error !== undefined) throw new Error(`${name}: ${answer.error.desc}`)
    return Object(answer.return)
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }
}
