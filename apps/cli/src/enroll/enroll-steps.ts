import { relative, resolve } from 'node:path'

/** Where the document is that the machine is to get: in the text itself, or in a file here. */
export type DocumentSource = { readonly text: string } | { readonly file: string }

// Beside this program in the repository; `npm run build` makes both.
const agentPackage = resolve(import.meta.dirname, '../../../agent/dist/bootfleet-agent.tar.gz')
// Where the agent looks for it first.
const deviceFile = '/var/lib/bootfleet/enroll.json'
const startAgent = 'systemctl enable --now bootfleet-agent'

/**
 * What to do with a document, to be copied and pasted: the agent, which belongs into the image, then the document. But
 * for the document and a long path to the package, no line is longer than 80 columns.
 */
export function enrollSteps(document: DocumentSource, cwd: string): string[] {
  const path = shortPath(agentPackage, cwd)
  return [
    '1. The agent and Node 20.19 or newer, on the machine (here called DEVICE).',
    '   Where bootc runs it, /usr is read-only and the agent belongs into its image.',
    `   Put ${path} beside the Containerfile,`,
    '   in which you write:',
    '',
    'RUN dnf -y install nodejs && dnf clean all',
    'ADD bootfleet-agent.tar.gz /usr/',
    'RUN systemctl enable bootfleet-agent.service',
    '',
    '   Or, where /usr can be written, from here:',
    '',
    `scp ${path} root@DEVICE:/tmp/`,
    'ssh root@DEVICE tar -xzf /tmp/bootfleet-agent.tar.gz -C /usr',
    '',
    ...giveDocument(document, cwd),
    '',
  ]
}

function giveDocument(document: DocumentSource, cwd: string): string[] {
  if ('file' in document) {
    return [
      '2. The document, from here; it is a secret until it is used up. Then the start.',
      '',
      'ssh root@DEVICE install -D -m 0600 /dev/stdin \\',
      `  ${deviceFile} < ${shortPath(document.file, cwd)}`,
      `ssh root@DEVICE ${startAgent}`,
    ]
  }
  return [
    '2. The document, on the machine as root. Then the start.',
    '',
    `echo '${document.text}' |`,
    `  install -D -m 0600 /dev/stdin ${deviceFile}`,
    startAgent,
  ]
}

/** As it is typed in `cwd`; whole where it is not below it, and quoted where a shell would take it apart. */
function shortPath(path: string, cwd: string): string {
  const inside = relative(cwd, resolve(cwd, path))
  const shown = inside.startsWith('..') ? resolve(cwd, path) : inside
  return /^[\w./@%+=:,-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`
}
