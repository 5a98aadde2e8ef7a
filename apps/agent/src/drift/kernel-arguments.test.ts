import { describe, expect, it } from 'vitest'
import { imageArguments, localArguments } from './kernel-arguments.ts'

describe('kernel arguments of the machine', () => {
  it('are those that neither the image nor the installation brought', () => {
    const cmdline =
      'BOOT_IMAGE=(hd0,gpt3)/boot/vmlinuz root=UUID=ab rw boot=UUID=cd ostree=/ostree/boot.1/default/ef/0 rd.luks.uuid=gh ' +
      'console=ttyS0 mitigations=off quiet dyndbg="file drivers/usb/* +p" bootfleet.token=secret systemd.set_credential=a:b\n'
    expect(localArguments(cmdline, ['console=ttyS0', 'quiet'])).toEqual({
      count: 2,
      list: ['mitigations=off', 'dyndbg="file drivers/usb/* +p"'],
    })
  })

  it('never carry a token', () => {
    expect(JSON.stringify(localArguments('bootfleet.token=secret bootfleet.enroll=secret', []))).not.toContain('secret')
  })

  it('of the image are read for the architecture that they are for', () => {
    const toml = '# kargs = ["no"]\nkargs = ["console=ttyS0,115200n8", \'quiet splash\',\n  "x=\\"a b\\""]\n'
    expect(imageArguments(toml)).toEqual(['console=ttyS0,115200n8', 'quiet', 'splash', 'x="a b"'])
    const arm = `${toml}match-architectures = ["aarch64"]\n`
    expect(imageArguments(arm, 'x86_64')).toEqual([])
    expect(imageArguments(arm, 'aarch64')).toHaveLength(4)
    expect(imageArguments('not = toml [', 'x86_64')).toEqual([])
  })
})
