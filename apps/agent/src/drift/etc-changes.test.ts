import { describe, expect, it } from 'vitest'
import { parseEtcChanges } from './etc-changes.ts'

describe('changes in /etc', () => {
  it('are read from ostree, without what differs on every machine', () => {
    const output = [
      'M    machine-id',
      'A    .updated',
      'A    ssh/ssh_host_ed25519_key',
      'M    ssh/sshd_config',
      'A    a name with spaces.conf',
      'D    cron.d/0hourly',
      '',
    ]
    expect(parseEtcChanges(output.join('\n'))).toEqual({
      count: 3,
      files: [
        { path: 'ssh/sshd_config', change: 'modified' },
        { path: 'a name with spaces.conf', change: 'added' },
        { path: 'cron.d/0hourly', change: 'removed' },
      ],
    })
  })

  it('are read from bootc, with its quotes and colours', () => {
    const output = '\u001B[32m+ "issue.d/50-local"\u001B[0m\n~ "/etc/hosts"\nmodified: "ntp.conf"\nRemoved  "motd"\n'
    expect(parseEtcChanges(output)?.files).toEqual([
      { path: 'issue.d/50-local', change: 'added' },
      { path: 'hosts', change: 'modified' },
      { path: 'ntp.conf', change: 'modified' },
      { path: 'motd', change: 'removed' },
    ])
  })

  it('are counted all and named up to a hundred', () => {
    const output = Array.from({ length: 5000 }, (_, index) => `A    conf.d/${index}-${'x'.repeat(400)}`).join('\n')
    const etc = parseEtcChanges(output)
    expect(etc?.count).toBe(5000)
    expect(etc?.files).toHaveLength(100)
    expect(etc?.files[0]?.path).toHaveLength(300)
  })

  it('say nothing where the output is no list', () => {
    expect(parseEtcChanges('warning: something else\n\n--- \n')).toEqual({ count: 0, files: [] })
  })
})
