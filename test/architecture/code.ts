import ts from 'typescript'
import { readText } from './files.ts'

/** A place in a source file and the text that stands there. */
export interface Found {
  at: string
  text: string
}

/** Parses one file; positions are `path:line`. */
export function parse(file: string): ts.SourceFile {
  const script = /\.[cm]?js$/.test(file) ? ts.ScriptKind.JS : ts.ScriptKind.TS
  const kind = file.endsWith('.tsx') ? ts.ScriptKind.TSX : script
  return ts.createSourceFile(file, readText(file), ts.ScriptTarget.Latest, true, kind)
}

function place(source: ts.SourceFile, node: ts.Node): string {
  return `${source.fileName}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`
}

/** Collects what `pick` names, over the whole tree. */
export function collect(source: ts.SourceFile, pick: (node: ts.Node) => string | undefined): Found[] {
  const found: Found[] = []
  const visit = (node: ts.Node): void => {
    const text = pick(node)
    if (text !== undefined) found.push({ at: place(source, node), text })
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** Identifiers and the text of strings, templates and JSX: what a reader of the code or a user may meet. */
export function wordsInCode(source: ts.SourceFile): Found[] {
  return collect(source, (node) => {
    if (ts.isImportDeclaration(node.parent ?? node) || ts.isExportDeclaration(node.parent ?? node)) return undefined
    if (ts.isIdentifier(node) || ts.isStringLiteralLike(node) || ts.isJsxText(node)) return node.text
    return ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node) ? node.text : undefined
  })
}

/** Uses of the type `any`. */
export function anyTypes(source: ts.SourceFile): Found[] {
  return collect(source, (node) => (node.kind === ts.SyntaxKind.AnyKeyword ? 'any' : undefined))
}

/** Reads of the clock or of randomness: `Date.now()`, `new Date()`, `Math.random()`, `performance.now()`, `randomUUID()`. */
export function impureCalls(source: ts.SourceFile): Found[] {
  return collect(source, (node) => {
    if (ts.isNewExpression(node) && node.expression.getText(source) === 'Date' && !node.arguments?.length) {
      return 'new Date()'
    }
    if (!ts.isCallExpression(node)) return undefined
    const callee = node.expression.getText(source)
    return /^(Date\.now|Date|Math\.random|performance\.now)$/.test(callee) ? `${callee}()` : undefined
  })
}

/** `test.only`, `describe.skip`, `it.todo` and the like; `skipIf` and `runIf` name their condition and are fine. */
export function mutedTests(source: ts.SourceFile): Found[] {
  return collect(source, (node) => {
    if (!ts.isPropertyAccessExpression(node)) return undefined
    const muted = /^(only|skip|todo|fails)$/.test(node.name.text)
    return muted && /^(test|it|describe|suite)\b/.test(node.expression.getText(source))
      ? node.getText(source)
      : undefined
  })
}

/** Names that a file imports as values from `module`. */
export function importedValues(source: ts.SourceFile, module: string): string[] {
  return source.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return []
    if (statement.moduleSpecifier.text !== module) return []
    const clause = statement.importClause
    if (clause === undefined || clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return []
    const bindings = clause.namedBindings
    if (bindings === undefined || ts.isNamespaceImport(bindings)) return ['*']
    return bindings.elements.filter((e) => !e.isTypeOnly).map((e) => (e.propertyName ?? e.name).text)
  })
}

/** Comments, found by the scanner so that a string with two slashes is not one. */
export function comments(source: ts.SourceFile): Found[] {
  const seen = new Map<number, string>()
  const text = source.text
  const visit = (node: ts.Node): void => {
    for (const range of [
      ...(ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(text, node.getEnd()) ?? []),
    ]) {
      seen.set(range.pos, text.slice(range.pos, range.end))
    }
    node.getChildren(source).forEach(visit)
  }
  visit(source)
  return [...seen].map(([pos, comment]) => ({
    at: `${source.fileName}:${source.getLineAndCharacterOfPosition(pos).line + 1}`,
    text: comment,
  }))
}
