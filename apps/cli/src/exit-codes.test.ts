import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { describeExitCodes, exitCodes } from './exit-codes.ts'

test('every exit code stands in the documentation with the same words', async () => {
  const page = await readFile(new URL('../../../docs/cli.md', import.meta.url), 'utf8')
  for (const { code, means } of Object.values(exitCodes))
    expect(page.replace(/ +/g, ' ')).toContain(`| ${code} | ${means} |`)
})

test('no two reasons share an exit code, and the list fits a terminal', () => {
  const codes = Object.values(exitCodes).map(({ code }) => code)
  expect(new Set(codes).size).toBe(codes.length)
  expect(
    describeExitCodes()
      .split('\n')
      .filter((line) => line.length > 80),
  ).toEqual([])
})
