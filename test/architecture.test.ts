import { describe, expect, test } from 'vitest'
import { cruiseRepository, violations } from './architecture/cruise.ts'
import { forbiddenImports, legalImports, writeForbiddenRepository } from './architecture/forbidden-imports.ts'
import { repositoryRoot } from './architecture/files.ts'

describe('imports point down only', { timeout: 180_000 }, () => {
  test('the repository has no forbidden import, and imports between packages resolve to sources', async () => {
    const graph = await cruiseRepository(repositoryRoot, ['apps', 'libs', 'prisma', 'test'])
    expect(violations(graph)).toEqual([])

    const between = graph.modules
      .flatMap((m) => m.dependencies)
      .filter((d) => d.module.startsWith('@bootfleet/'))
      .map((d) => `${d.module} → ${d.resolved}`)
    expect(between.length).toBeGreaterThan(0)
    expect(between.filter((line) => !/^@bootfleet\/(\w+) → libs\/\1\/src\/index\.ts$/.test(line))).toEqual([])
  })

  test('each rule refuses the import that it is there to refuse, and nothing else', async () => {
    await using fixture = await writeForbiddenRepository()
    const graph = await cruiseRepository(fixture.root, ['apps', 'libs', 'test'])
    const found = graph.summary.violations.map((v) => `${v.rule.name} in ${v.from}`)
    for (const { rule, file } of forbiddenImports) expect(found).toContain(`${rule} in ${file}`)
    const touched = new Set(graph.summary.violations.map((v) => v.from))
    expect(legalImports.filter(({ file }) => touched.has(file))).toEqual([])
  })
})
