import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Why node_modules is not what package-lock.json asks for, or undefined. npm writes its own lock file into node_modules
 * as the last act of an install, so one that was interrupted counts as missing. Optional packages may be for others.
 */
export function installDiffers(root) {
  const wanted = packages(join(root, 'package-lock.json')) ?? {}
  const present = packages(join(root, 'node_modules/.package-lock.json'))
  if (present === undefined) return 'node_modules is missing'
  const differs = Object.entries(wanted).find(
    ([path, { version, optional }]) =>
      path !== '' && !(optional && present[path] === undefined) && present[path]?.version !== version,
  )
  return differs && `package-lock.json changed: ${differs[0]}`
}

function packages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}
