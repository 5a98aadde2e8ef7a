import { documentLine, type Recipe } from './recipe.ts'

/** Shell lines that put the document where only root can read it. */
export function putDocument(recipe: Recipe, file: string): string[] {
  const directory = file.slice(0, file.lastIndexOf('/'))
  return [
    `install -d -m 0700 ${directory}`,
    `umask 077`,
    `cat > ${file} <<'BOOTFLEET'`,
    documentLine(recipe),
    'BOOTFLEET',
  ]
}
