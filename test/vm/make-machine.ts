import { existsSync } from 'node:fs'
import { cp, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from './command.ts'
import { makeImages } from './make-images.ts'
import { folder, repository } from './paths.ts'

const packages = [
  'ca-certificates',
  'dbus',
  'dracut',
  'e2fsprogs',
  'extlinux',
  'fdisk',
  'iproute2',
  'kmod',
  'linux-image-cloud-amd64',
  'nodejs',
  'ostree',
  'ostree-boot',
  'qemu-guest-agent',
  'systemd',
  'systemd-sysv',
  'udev',
  'util-linux',
]

/** Makes a disk with the first image installed, and beside it what updates to the others consist of. Needs root. */
export async function makeMachine(): Promise<string> {
  const root = join(folder, 'root')
  await mkdir(folder, { recursive: true })
  if (!existsSync(root)) await installPackages(root)
  await makeImages()
  await cp(join(repository, 'test/vm/guest/make-disk.sh'), join(folder, 'make-disk.sh'))
  await mkdir(join(root, 'lab'), { recursive: true })
  const mounts = 'mount --rbind /dev "$0/dev"; mount --bind "$1" "$0/lab"'
  const inChroot = `set -e; ${mounts}; exec chroot "$0" /lab/make-disk.sh`
  await command('unshare', '--mount', '--pid', '--fork', 'sh', '-c', inChroot, root, folder)
  return join(folder, 'disk.img')
}

/** From Debian's packages alone; kept, because it takes minutes. */
async function installPackages(root: string): Promise<void> {
  const unfinished = `${root}.new`
  await rm(unfinished, { recursive: true, force: true })
  const options = ['--variant=essential', '--format=directory', `--include=${packages.join(',')}`]
  await command('mmdebstrap', ...options, 'trixie', unfinished)
  await rename(unfinished, root)
}
