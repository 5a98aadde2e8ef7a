import { expect, test } from 'vitest'
import { localPath, paths } from './paths.ts'

test('links carry what they are given, and nothing empty', () => {
  expect(paths.fleet()).toBe('/')
  expect(paths.devices()).toBe('/devices')
  expect(paths.devices({ q: 'a b', cursor: undefined, state: '' })).toBe('/devices?q=a+b')
  expect(paths.device('x')).toBe('/devices/x')
  expect(paths.channel('edge-stable')).toBe('/channels/edge-stable')
  expect(paths.release('r')).toBe('/releases/r')
  expect(paths.group('a/b')).toBe('/groups/a%2Fb')
  expect(paths.editPolicy('careful')).toBe('/policies/careful/edit')
  expect(paths.policy('new', { version: '2' })).toBe('/policies/new?version=2')
  expect(paths.audit({ action: 'rollout.pause', kind: undefined })).toBe('/settings/audit?action=rollout.pause')
  expect(paths.newRollout({ channel: 'c', release: 'r' })).toBe('/rollouts/new?channel=c&release=r')
  expect(paths.rollout('x/y', { cursor: 'c', wave: '0' })).toBe('/rollouts/x%2Fy?cursor=c&wave=0')
  expect(paths.login('/rollouts?cursor=1')).toBe('/login?next=%2Frollouts%3Fcursor%3D1')
})

test('signing in never leads to another origin', () => {
  expect(localPath('/rollouts')).toBe('/rollouts')
  for (const elsewhere of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:1', undefined]) {
    expect(localPath(elsewhere)).toBe('/')
  }
})
