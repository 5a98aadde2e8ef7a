export interface SchemaFile {
  path: string
  content: string
}
export interface Migration {
  name: string
  sql: string
}
export function readSchema(): SchemaFile[]
export function readMigrations(): Migration[]
export function applyMigrations(url: string, migrations?: Migration[]): Promise<string[]>
export function diffSql(url: string, schemas: { from: SchemaFile[] | null; to: SchemaFile[] }): Promise<string>
