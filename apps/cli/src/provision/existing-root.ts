import { lines } from './kickstart.ts'
import type { Recipe } from './recipe.ts'
import { putDocument } from './shell-steps.ts'

/** A script that turns a running Linux machine into one that boots the image. Its old root stays under /sysroot. */
export function toExistingRoot(recipe: Recipe): string {
  const { image, group } = recipe
  return lines([
    '#!/bin/sh',
    `# Turns this machine into one of the group ${group}, which boots ${image}.`,
    '# It replaces the boot loader and /boot. The old root stays below /sysroot. Needs podman; run it as root.',
    'set -eu',
    '[ "$(id -u)" = 0 ] || { echo "Run this as root." >&2; exit 1; }',
    'command -v podman > /dev/null || { echo "Install podman first." >&2; exit 1; }',
    'podman run --rm --privileged --pid=host --security-opt label=type:unconfined_t \\',
    '  -v /dev:/dev -v /var/lib/containers:/var/lib/containers -v /:/target \\',
    `  ${image} \\`,
    `  bootc install to-existing-root --acknowledge-destructive --target-imgref ${image}`,
    '# /var of what was installed, which it will find as its own.',
    ...putDocument(recipe, '/ostree/deploy/default/var/lib/bootfleet/enroll.json'),
    'echo "Reboot this machine to finish."',
  ])
}
