// Who may import whom. The table is the rule of docs and design; everything below it only spells it out for the cruiser.
// Arrows point down, so a package may also reach what lies below the ones it is allowed.
const mayImport = {
  'libs/domain': [],
  'libs/contracts': ['domain'],
  'libs/sdk': ['contracts', 'domain'],
  'libs/db': [],
  'libs/pki': [],
  'libs/registry': [],
  'libs/telemetry': [],
  'libs/mqtt': ['contracts', 'domain'],
  'libs/operations': ['domain', 'contracts', 'db', 'pki', 'registry', 'telemetry'],
  'libs/testkit': ['.*'],
  // api, gateway and worker get `db` to open and close connections: test/architecture.test.ts checks the names.
  'apps/api': ['operations', 'domain', 'contracts', 'db', 'telemetry'],
  'apps/gateway': ['operations', 'domain', 'contracts', 'db', 'telemetry', 'mqtt', 'pki'],
  'apps/worker': ['operations', 'domain', 'contracts', 'db', 'telemetry'],
  'apps/agent': ['contracts', 'mqtt', 'pki', 'domain'],
  'apps/web': ['sdk', 'contracts', 'domain'],
  'apps/cli': ['sdk', 'contracts', 'domain'],
  'apps/demo': ['sdk', 'contracts'],
  'apps/supervisor': ['db', 'operations', 'pki', 'telemetry', 'contracts', 'domain'],
}

// Tests, and what the tests of one package share.
const testFile = '(\\.test(ing)?\\.tsx?$|/src/testing/)'
const anyTest = `(${testFile}|^test/|^libs/testkit/)`
const generated = '/generated/'

/** A package imports itself and what the table names; its tests also the kit and the SDK. */
function layer([from, allowed]) {
  const name = from.replace('/', '-')
  const libs = (names) => `^libs/(${names.join('|') || '-'})/`
  const migrations = /testkit|supervisor/.test(from) ? ['^prisma/'] : []
  const comment = `${from} may import ${allowed.map((n) => `libs/${n}`).join(', ') || 'no other package'}.`
  return [
    {
      name: `layer-${name}`,
      comment,
      severity: 'error',
      from: { path: `^${from}/`, pathNot: testFile },
      to: { path: '^(apps|libs|prisma|test)/', pathNot: [`^${from}/`, libs(allowed), ...migrations] },
    },
    {
      name: `layer-${name}-tests`,
      comment: `Tests of ${from} may also import libs/testkit and libs/sdk.`,
      severity: 'error',
      from: { path: `^${from}/.*${testFile}` },
      to: { path: '^(apps|libs|prisma)/', pathNot: [`^${from}/`, libs([...allowed, 'testkit', 'sdk']), ...migrations] },
    },
  ]
}

/** Only the paths in `owners` (and tests where `tests` is set) may import the npm packages that match `packages`. */
function only(name, packages, owners) {
  return {
    name,
    comment: `${packages} may be imported only from ${owners}.`,
    severity: 'error',
    from: { path: '^(apps|libs|prisma|test)/', pathNot: owners },
    to: { path: `(^|/)node_modules/${packages}(/|$)` },
  }
}

module.exports = {
  forbidden: [
    ...Object.entries(mayImport).flatMap(layer),
    {
      name: 'domain-imports-nothing',
      comment: 'Rules are functions of data: no package, no Node module.',
      severity: 'error',
      from: { path: '^libs/domain/', pathNot: testFile },
      to: { pathNot: '^libs/domain/' },
    },
    {
      name: 'tests-drive-apps-from-outside',
      comment: 'What runs is tested as it runs: start the process, talk to it through the SDK or the wire.',
      severity: 'error',
      from: { path: '^(test|prisma)/' },
      to: { path: '^apps/(agent|gateway|web|worker|cli|demo|supervisor)/' },
    },
    {
      name: 'testkit-in-tests-only',
      comment: 'The kit starts servers and fakes devices: nothing that ships may import it.',
      severity: 'error',
      from: { pathNot: anyTest },
      to: { path: ['^libs/testkit/', '^test/', testFile, '(^|/)node_modules/(vitest|fast-check|playwright-core)/'] },
    },
    only('prisma-in-db-only', '(@prisma/[^/]+|prisma)', '^(libs/db/|prisma/|prisma\\.config|apps/supervisor/)'),
    only('nest-in-api-only', '@nestjs/[^/]+', '^apps/api/'),
    only('react-in-web-only', '(next|react|react-dom)', '^apps/web/'),
    {
      name: 'no-cycle',
      comment: 'Two files that need each other are one file, or lack a third.',
      severity: 'error',
      from: { pathNot: generated },
      to: { circular: true, viaOnly: { pathNot: generated } },
    },
    {
      name: 'no-unresolved',
      comment:
        'An import that does not resolve escapes every other rule. Run `npm run generate` if it is generated code.',
      severity: 'error',
      from: { pathNot: generated },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', generated] },
    exclude: { path: ['/dist/', '/\\.next/', 'next-env\\.d\\.ts$', '^test/architecture/fixtures/', '\\.css$'] },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mts', '.mjs', '.js', '.cjs', '.json'],
      mainFields: ['module', 'main', 'types'],
    },
  },
}
