/** Part of a terminal that is written anew in place. */
export interface LiveScreen {
  /** Shows lines, none wider than the terminal, in place of those shown before. */
  draw(lines: readonly string[]): void
  /** Leaves what is shown, and gives the cursor back. */
  end(): void
}

const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'
const clearBelow = '\u001b[J'

/** `write` goes to a terminal that knows escape sequences. Whoever starts one must end it. */
export function createLiveScreen(write: (text: string) => void): LiveScreen {
  let shown: readonly string[] | undefined
  return {
    draw: (lines) => {
      if (shown && lines.length === shown.length && lines.every((line, at) => line === shown?.[at])) return
      const back = shown === undefined ? hideCursor : shown.length === 0 ? '' : `\u001b[${shown.length}A`
      write(`${back}\r${clearBelow}${lines.map((line) => `${line}\n`).join('')}`)
      shown = lines
    },
    end: () => {
      if (shown !== undefined) write(showCursor)
      shown = undefined
    },
  }
}
