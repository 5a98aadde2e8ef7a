import { expect, it } from 'vitest'
import { answerWords } from './answer-words.ts'

it.each([[[]], [['selftest']], [['selftest', '--bogus']]])('has no answer to %j, which runs', (args) => {
  expect(answerWords(args)).toBeUndefined()
})

it.each([[['--help']], [['-h']], [['selftest', '--help']], [['bogus', '-h']]])('helps with %j', (args) => {
  expect(answerWords(args)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^usage: /), stderr: '' })
})

it.each([
  [['run'], 'run'],
  [['self-test'], 'self-test'],
  [[''], ''],
  [['--version', '--json'], '--json'],
])('refuses %j and runs nothing', (args, word) => {
  const stderr = expect.stringContaining(`Unknown argument: ${word}\nusage: `)
  expect(answerWords(args)).toMatchObject({ code: 2, stdout: '', stderr })
})
