import { describe, expect, it } from 'vitest'
import { judgeGreenboot } from './greenboot.ts'

const unit = { loadState: 'loaded', unitFileState: 'enabled', activeState: 'failed', journal: '' }

describe('the result of greenboot', () => {
  it.each([
    ['is not installed', { loadState: 'not-found', unitFileState: '' }, 'absent'],
    ['is switched off', { unitFileState: 'disabled' }, 'absent'],
    ['is masked', { loadState: 'masked', unitFileState: 'masked' }, 'absent'],
    ['passed', { activeState: 'active' }, 'passed'],
    ['still runs', { activeState: 'activating' }, 'checking'],
    ['has not started', { activeState: 'inactive' }, 'checking'],
    ['failed', {}, 'handling'],
  ])('where it %s', (_case, change, verdict) => {
    const result = judgeGreenboot({ ...unit, ...change })
    expect(result.verdict).toBe(verdict)
    expect(result.failed.length > 0).toBe(['checking', 'handling'].includes(verdict))
  })

  it('of the first generation names the script and its exit code', () => {
    const journal = [
      'Running Required Health Check Scripts...',
      "Script '00_disk.sh' SUCCESS",
      "Script '10_app.sh' FAILURE (exit code '7')",
    ].join('\n')
    expect(judgeGreenboot({ ...unit, journal }).failed).toEqual([
      { check: 'greenboot', output: "Script '10_app.sh' FAILURE (exit code '7')" },
    ])
  })

  it('of the second generation names the script and what it printed', () => {
    const journal = [
      'running required check /etc/greenboot/check/required.d/10_app.sh',
      'required script error:',
      'required script /etc/greenboot/check/required.d/10_app.sh failed!',
      'no answer on port 8080',
      'First health check failure, setting boot counter to 3',
    ].join('\n')
    const { verdict, failed } = judgeGreenboot({ ...unit, journal })
    expect(verdict).toBe('handling')
    expect(failed[0]?.output).toMatch(/^required script error:\n.*10_app\.sh failed!\nno answer on port 8080/)
  })

  it.each(['rollback failed', 'no rollback trigger'])('is final when it asks for a person: %s', (why) => {
    const journal = `Greenboot error: required health-check failed\nError: Manual intervention required - ${why}`
    expect(judgeGreenboot({ ...unit, journal }).verdict).toBe('gave_up')
  })

  it('is bounded however much a script prints', () => {
    const journal = `required script error:\n${'x'.repeat(100_000)}`
    expect(judgeGreenboot({ ...unit, journal }).failed[0]?.output).toHaveLength(1000)
  })
})
