import { describe, expect, test } from 'vitest'
import { anyTypes, comments, impureCalls, importedValues, mutedTests, parse, wordsInCode } from './architecture/code.ts'
import { isTest, readText, repositoryFiles, sourceFiles } from './architecture/files.ts'
import { bannedWord } from './architecture/words.ts'

const files = repositoryFiles()
const sources = sourceFiles().map((file) => parse(file))
const production = sources.filter((s) => /^(apps|libs)\/[^/]+\/src\//.test(s.fileName) && !isTest(s.fileName))
const lines = ({ at, text }: { at: string; text: string }): string => `${at} ${text}`

describe('code is written in the small', () => {
  test('no source file is longer than 300 lines', () => {
    const sizes = sources.map((s) => ({ file: s.fileName, lines: s.text.trimEnd().split('\n').length }))
    const sorted = sizes.map((s) => s.lines).sort((a, b) => a - b)
    console.info(`${sizes.length} source files, median ${sorted[Math.floor(sorted.length / 2)]} lines`)
    expect(sizes.filter((s) => s.lines > 300).map((s) => `${s.file} has ${s.lines} lines`)).toEqual([])
  })

  test('a package has one index.ts, its entry', () => {
    const indexes = sources.map((s) => s.fileName).filter((f) => /(^|\/)index\.[cm]?[tj]sx?$/.test(f))
    expect(indexes.filter((f) => !/^(apps|libs)\/[^/]+\/src\/index\.ts$/.test(f))).toEqual([])
  })

  test('files are named in kebab case', () => {
    const name = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/
    const route = /^(\[+(\.\.\.)?[a-zA-Z]+\]+|\([a-z-]+\)|@[a-z-]+|_[a-z-]+)$/
    const odd = sources
      .map((s) => s.fileName)
      .filter((file) =>
        file.split('/').some((part) => !name.test(part) && !(file.startsWith('apps/web/') && route.test(part))),
      )
    expect(odd).toEqual([])
  })
})

describe('types are not argued away', () => {
  test('nothing has the type any', () => {
    expect(sources.flatMap(anyTypes).map(lines)).toEqual([])
  })

  test('no file silences the compiler, and each silenced lint rule gives its reason', () => {
    const all = sources.flatMap(comments)
    expect(all.filter((c) => /@ts-(ignore|nocheck)/.test(c.text)).map(lines)).toEqual([])
    const bare = all.filter((c) => /(oxlint|eslint)-disable/.test(c.text) && !/-- \S+ \S+/.test(c.text))
    expect(bare.map(lines)).toEqual([])
  })
})

describe('the brain is pure', () => {
  test('domain and operations read neither the clock nor randomness', () => {
    // Where a process gets its clock and its ids, once.
    const root = 'libs/operations/src/open-services.ts'
    const pure = production.filter((s) => /^libs\/(domain|operations)\//.test(s.fileName) && s.fileName !== root)
    expect(pure.flatMap(impureCalls).map(lines)).toEqual([])
  })

  test('api, gateway and worker query nothing: they open connections, listen and hold locks', () => {
    const apps = production.filter((s) => /^apps\/(api|gateway|worker)\//.test(s.fileName))
    const used = apps.flatMap((s) => importedValues(s, '@bootfleet/db').map((name) => ({ at: s.fileName, text: name })))
    const connections = ['connect', 'checkLogin', 'listen', 'tryAdvisoryLock']
    expect(used.filter(({ text }) => !connections.includes(text))).toEqual([])
  })
})

describe('words', () => {
  test('code says what the glossary says', () => {
    const wrong = production.flatMap((s) =>
      wordsInCode(s)
        .map(({ at, text }) => ({ at, text: bannedWord(s.fileName, text) ?? '' }))
        .filter((f) => f.text !== ''),
    )
    expect(wrong.map(lines)).toEqual([])
  })

  test('the check sees words inside identifiers, and leaves longer words alone', () => {
    expect(bannedWord('libs/domain/src/x.ts', 'campaignId')).toBeDefined()
    expect(bannedWord('apps/api/src/x.ts', 'listThings')).toBeDefined()
    expect(bannedWord('libs/operations/src/x.ts', 'no deployment yet')).toBeDefined()
    expect(bannedWord('apps/agent/src/x.ts', 'stagedDeployment')).toBeUndefined()
    expect(bannedWord('libs/domain/src/x.ts', 'nothing and something')).toBeUndefined()
  })
})

describe('tests', () => {
  test('no test is focused or switched off without a condition', () => {
    expect(
      sources
        .filter((s) => isTest(s.fileName))
        .flatMap(mutedTests)
        .map(lines),
    ).toEqual([])
  })
})

describe('the repository stands on its own', () => {
  test('no file names a path of the machine it was written on', () => {
    const machine = /(?<![\w.@~/-])\/(?:work|workspace|Users\/[\w-]+|home\/[\w-]+)\/[\w.]/
    const text = files.filter((f) => !/\.(png|jpe?g|gif|ico|woff2?|wasm|gz|zst|tar)$/.test(f))
    expect(text.filter((f) => machine.test(readText(f)))).toEqual([])
  })

  test('package-lock.json names no registry host', () => {
    expect(readText('package-lock.json')).not.toMatch(/"resolved": "https?:/)
  })

  test('every package with a tsconfig is part of the solution', () => {
    const listed = [...readText('tsconfig.build.json').matchAll(/"path":\s*"([^"]+)"/g)].map((m) => m[1])
    const present = files
      .map((f) => /^((apps|libs)\/[^/]+)\/tsconfig\.json$/.exec(f)?.[1])
      .filter((f) => f !== undefined)
    expect(present.filter((p) => p !== 'apps/web' && !listed.includes(p))).toEqual([])
  })
})
