import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, runCommand } from './run-command.mjs'

function packages(file) {
  const path = join(root, file)
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined
}

/** Why node_modules is not what package-lock.json asks for, or undefined. Optional packages may be for other machines. */
export function installDiffers() {
  const wanted = packages('package-lock.json')
  const present = packages('node_modules/.package-lock.json')
  if (present === undefined) return 'node_modules is missing'
  for (const [path, { version, optional }] of Object.entries(wanted)) {
    if (path === '' || (optional && present[path] === undefined)) continue
    if (present[path]?.version !== version) return `node_modules is older than package-lock.json (${path})`
  }
  return undefined
}

/** Installs what package-lock.json asks for, if it is not there. Returns false when that fails. */
export async function ensureInstalled() {
  const reason = installDiffers()
  if (reason === undefined) return true
  console.log(`${reason}: running npm ci`)
  return (await runCommand('npm', ['ci'], { live: true })).ok
}
