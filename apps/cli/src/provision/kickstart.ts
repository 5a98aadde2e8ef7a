import { stateFile, type Recipe } from './recipe.ts'
import { putDocument } from './shell-steps.ts'

/** For Anaconda. `bootc` is the command of Fedora 43 and RHEL 10, `ostreecontainer` that of earlier ones. */
export function kickstart(recipe: Recipe, command: 'bootc' | 'ostreecontainer'): string {
  const { image, group } = recipe
  const install =
    command === 'bootc'
      ? `bootc --source-imgref=registry:${image} --target-imgref=${image}`
      : `ostreecontainer --url=${image} --transport=registry --no-signature-verification`
  return lines([
    `# Installs a machine for the group ${group}. It erases all disks of the machine.`,
    'text',
    'lang en_US.UTF-8',
    'keyboard us',
    'timezone UTC --utc',
    'network --bootproto=dhcp --activate',
    'rootpw --lock',
    'zerombr',
    'clearpart --all --initlabel --disklabel=gpt',
    'reqpart --add-boot',
    'part / --grow --fstype=xfs',
    install,
    'reboot',
    '',
    '%post --erroronfail --log=/root/bootfleet-post.log',
    'set -eu',
    ...putDocument(recipe, stateFile),
    ...(command === 'ostreecontainer' ? [`bootc switch --mutate-in-place --transport registry ${image}`] : []),
    'systemctl enable bootfleet-agent.service',
    '%end',
  ])
}

export function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`
}
