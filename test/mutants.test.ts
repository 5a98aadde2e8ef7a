import { expect, test } from 'vitest'
import { readText } from './architecture/files.ts'

const mutants = JSON.parse(readText('test/tools/mutants.json')) as { what: string; file: string; from: string }[]

test.each(mutants)('$what: the place that it breaks is there, once', ({ file, from }) => {
  expect(readText(file).split(from)).toHaveLength(2)
})
