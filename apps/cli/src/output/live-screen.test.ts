import { expect, test } from 'vitest'
import { createLiveScreen } from './live-screen.ts'

test('each view takes the place of the one before, and the cursor comes back', () => {
  const written: string[] = []
  const screen = createLiveScreen((text) => written.push(text))
  screen.draw(['a', 'b'])
  screen.draw(['a', 'b'])
  screen.draw(['c'])
  screen.end()
  screen.end()
  expect(written).toEqual(['\u001b[?25l\r\u001b[Ja\nb\n', '\u001b[2A\r\u001b[Jc\n', '\u001b[?25h'])
})
