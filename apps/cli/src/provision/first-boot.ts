import { lines } from './kickstart.ts'
import { documentLine, stateFile, type Recipe } from './recipe.ts'

const directory = stateFile.slice(0, stateFile.lastIndexOf('/'))

/** User data for images that have cloud-init. */
export function cloudConfig(recipe: Recipe): string {
  return lines([
    '#cloud-config',
    `# Enrolls a machine in the group ${recipe.group}`,
    'write_files:',
    `  - path: ${stateFile}`,
    "    owner: 'root:root'",
    "    permissions: '0600'",
    `    content: '${documentLine(recipe)}'`,
    'runcmd:',
    '  - [systemctl, enable, --now, bootfleet-agent.service]',
  ])
}

/** Ignition of spec 3.3.0. */
export function ignition(recipe: Recipe): string {
  const source = `data:application/json;base64,${Buffer.from(documentLine(recipe)).toString('base64')}`
  const config = {
    ignition: { version: '3.3.0' },
    storage: {
      directories: [{ path: directory, mode: 0o700 }],
      files: [{ path: stateFile, mode: 0o600, overwrite: true, contents: { source } }],
    },
    systemd: { units: [{ name: 'bootfleet-agent.service', enabled: true }] },
  }
  return `${JSON.stringify(config, null, 2)}\n`
}

/** The same for Butane, which turns it into Ignition. */
export function butane(recipe: Recipe): string {
  return lines([
    'variant: fcos',
    'version: 1.4.0',
    'storage:',
    '  directories:',
    `    - path: ${directory}`,
    '      mode: 0700',
    '  files:',
    `    - path: ${stateFile}`,
    '      mode: 0600',
    '      overwrite: true',
    '      contents:',
    `        inline: '${documentLine(recipe)}'`,
    'systemd:',
    '  units:',
    '    - name: bootfleet-agent.service',
    '      enabled: true',
  ])
}
