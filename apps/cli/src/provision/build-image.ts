import { lines } from './kickstart.ts'
import { documentLine, type Recipe } from './recipe.ts'

/** `config.toml` of bootc-image-builder. One disk image for many machines wants a token for as many. */
export function imageBuilderConfig(recipe: Recipe): string {
  return lines([
    `# Disk images for the group ${recipe.group}, from ${recipe.image}`,
    '[[customizations.directories]]',
    'path = "/etc/bootfleet"',
    'mode = "0700"',
    'ensure_parents = true',
    '',
    '[[customizations.files]]',
    'path = "/etc/bootfleet/enroll.json"',
    'mode = "0600"',
    `data = ${JSON.stringify(`${documentLine(recipe)}\n`)}`,
  ])
}

/** A layer over the image. Everybody who can pull it can read the document: its token should want an approval. */
export function containerfile(recipe: Recipe): string {
  return lines([
    `# The image for the group ${recipe.group}. Whoever can pull it can read the token in it, so each machine that enrolls`,
    '# with it should wait for an approval. Put bootfleet-agent.tar.gz beside this file.',
    `FROM ${recipe.image}`,
    'RUN dnf -y install nodejs && dnf clean all',
    'ADD bootfleet-agent.tar.gz /usr/',
    `COPY --chmod=0600 <<'BOOTFLEET' /usr/lib/bootfleet/enroll.json`,
    documentLine(recipe),
    'BOOTFLEET',
    'RUN systemctl enable bootfleet-agent.service',
    'RUN systemctl mask bootc-fetch-apply-updates.timer',
    'RUN bootc container lint',
  ])
}
