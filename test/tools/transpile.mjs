// Compiles the TypeScript of libraries and apps, file by file and without checking types: `npm run check` does that. The
// output is what `tsc -b` writes, without declarations, in a quarter of its time.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { root } from './run-command.mjs'

const host = {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
    throw new Error(text(diagnostic))
  },
}

function text({ file, start, messageText }) {
  const message = ts.flattenDiagnosticMessageText(messageText, '\n')
  if (file === undefined || start === undefined) return message
  const { line, character } = file.getLineAndCharacterOfPosition(start)
  return `${relative(root, file.fileName)}:${line + 1}:${character + 1} ${message}`
}

function readConfig(file) {
  const config = ts.getParsedCommandLineOfConfigFile(file, {}, host)
  if (config.errors.length > 0) throw new Error(config.errors.map(text).join('\n'))
  // A single file does not say that it is a module, so that is told here; imports have been written for Node already.
  const modules = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }
  return { fileNames: config.fileNames, options: { ...config.options, ...modules } }
}

function writeChanged(file, content) {
  if (existsSync(file) && readFileSync(file, 'utf8') === content) return false
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
  return true
}

/** Writes one file with its map. Returns what is wrong with its syntax, and whether anything was written. */
function transpile(fileName, { options, outFile }) {
  const source = readFileSync(fileName, 'utf8')
  const output = ts.transpileModule(source, { compilerOptions: options, fileName, reportDiagnostics: true })
  const problems = (output.diagnostics ?? []).map(text)
  if (problems.length > 0) return { problems, changed: false }
  const map = JSON.parse(output.sourceMapText)
  map.sources = [relative(dirname(outFile), fileName)]
  const changed = writeChanged(outFile, output.outputText)
  writeChanged(`${outFile}.map`, JSON.stringify(map))
  return { problems, changed }
}

/** Compiles one workspace; returns what is wrong with its syntax. */
function transpileWorkspace(folder) {
  const { fileNames, options } = readConfig(join(folder, 'tsconfig.json'))
  const sources = fileNames.filter((name) => !name.endsWith('.d.ts'))
  const outputs = sources.map((fileName) => {
    const outFile = join(options.outDir, relative(options.rootDir, fileName)).replace(/\.ts$/, '.js')
    return transpile(fileName, { options, outFile })
  })
  // tsc must not believe that what lies there is still its own.
  if (outputs.some(({ changed }) => changed)) rmSync(options.tsBuildInfoFile, { force: true })
  return outputs.flatMap(({ problems }) => problems)
}

const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.build.json'), 'utf8'))
const problems = references.flatMap(({ path }) => transpileWorkspace(join(root, path)))
for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
