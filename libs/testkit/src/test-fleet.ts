import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { PolicyInput } from '@bootfleet/contracts'
import { connect, type Database } from '@bootfleet/db'
import {
  advanceRollout,
  findDueRollouts,
  setupInstallation,
  systemCtx,
  type Ctx,
  type Services,
} from '@bootfleet/operations'
import { findMiscounts } from './recount-targets.ts'
import { ScriptedDevice } from './scripted-device.ts'
import { query } from './postgres-server.ts'
import { createTestDatabase } from './test-database.ts'
import { testServices, virtualClock, type VirtualClock } from './test-services.ts'

const admin = { email: 'admin@fleet.test', password: 'a long enough password', name: 'Admin' }

export interface TestFleetOptions {
  readonly devices: number
  /** Slots of the group; all of its devices by default. */
  readonly maxUnavailable?: number
  readonly maxDownloading?: number
}

/** An organization on a database of its own, with a channel and scripted devices that report through the real ingest. */
export class TestFleet implements AsyncDisposable {
  readonly db: Database
  readonly services: Services
  readonly clock: VirtualClock
  readonly ctx: Ctx
  readonly channelId: string
  readonly groupId: string
  readonly devices: ScriptedDevice[]
  readonly #adminUrl: string
  readonly #dispose: () => Promise<void>

  private constructor(
    parts: Omit<TestFleet, 'release' | 'settle' | 'reportAll' | 'analyze' | typeof Symbol.asyncDispose>,
    { adminUrl, dispose }: { adminUrl: string; dispose: () => Promise<void> },
  ) {
    this.db = parts.db
    this.services = parts.services
    this.clock = parts.clock
    this.ctx = parts.ctx
    this.channelId = parts.channelId
    this.groupId = parts.groupId
    this.devices = parts.devices
    this.#adminUrl = adminUrl
    this.#dispose = dispose
  }

  /** Sets everything up: installation, group, channel, devices that run `digestOf(0)` and are connected. */
  static async create(options: TestFleetOptions): Promise<TestFleet> {
    const database = await createTestDatabase()
    const db = connect(database.url)
    const clock = virtualClock()
    const services = testServices(db, clock.now)
    const { organizationId, groupId } = await setupInstallation(services, {
      organization: { slug: 'test', name: 'Test' },
      admin,
    })
    const channelId = randomUUID()
    const budget = {
      maxUnavailable: { count: options.maxUnavailable ?? options.devices },
      maxDownloading: options.maxDownloading ?? 1000,
    }
    await db.transaction('system', async (tx) => {
      const channel = { id: channelId, organizationId, name: 'edge-stable', repository: 'registry.test/os/edge' }
      await tx.channel.create({ data: channel })
      await tx.deviceGroup.update({ where: { id: groupId }, data: { channelId, budget } })
    })
    const ctx = systemCtx(services, organizationId)
    const devices: ScriptedDevice[] = []
    for (let index = 0; index < options.devices; index++)
      devices.push(await ScriptedDevice.enroll(services, { organizationId, groupId, index, booted: digestOf(0) }))
    const dispose = async () => {
      const miscounts = await findMiscounts(db)
      await db.close()
      await database[Symbol.asyncDispose]()
      if (miscounts.length > 0) throw new Error(miscounts.join('; '))
    }
    return new TestFleet(
      { db, services, clock, ctx, channelId, groupId, devices },
      { adminUrl: database.adminUrl, dispose },
    )
  }

  /** Creates release number `n` of the channel for amd64, without a registry; returns its id. */
  async release(n: number): Promise<string> {
    const id = this.services.newId()
    const { organizationId } = this.ctx
    await this.db.transaction('system', async (tx) => {
      await tx.release.create({
        data: {
          id,
          organizationId,
          channelId: this.channelId,
          repository: 'registry.test/os/edge',
          version: `${n}.0`,
          annotations: {},
          createdBy: 'test',
          createdAt: this.clock.now(),
        },
      })
      const manifest = { releaseId: id, organizationId, architecture: 'amd64', sizeBytes: 1000n, layers: [] }
      await tx.releaseManifest.create({
        data: { ...manifest, manifestDigest: digestOf(n), configDigest: digestOf(n + 1000) },
      })
    })
    return id
  }

  /** Lets the clock's side do everything that is due now. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 1000; turn++) {
      const due = await findDueRollouts(this.services, { limit: 100 })
      if (due.length === 0) return
      for (const rolloutId of due) while ((await advanceRollout(this.services, { rolloutId })).more);
    }
    throw new Error('the rollouts never came to rest')
  }

  /** Every connected device obeys its desired document once and reports. */
  async reportAll(): Promise<void> {
    for (const device of this.devices) await device.obey()
    await this.settle()
  }

  /**
   * Gathers the planner's statistics, as the server does by itself some time after much was written, and keeps them until
   * the next call: plans do not depend on when the server would have looked again.
   */
  async analyze(): Promise<void> {
    await query(this.#adminUrl, keepStatistics)
    await query(this.#adminUrl, 'ANALYZE')
  }

  /** Also throws when a counter of targets is not what a count of them says, whatever the test was about. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispose()
  }
}

const keepStatistics = `
  DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
      EXECUTE format('ALTER TABLE %I SET (autovacuum_enabled = false)', name);
    END LOOP;
  END $$`

/** A digest that is easy to recognise. */
export function digestOf(n: number): string {
  return `sha256:${n.toString(16).padStart(64, '0')}`
}

/** A policy for quick tests. */
export function quickPolicy(overrides: PolicyInput = {}): z.output<typeof PolicyInput> {
  const gate = { maxFailures: 0, minConcluded: 1, minSuccessPercent: 100 }
  return PolicyInput.parse({
    waves: [{ name: 'canary', size: { count: 1 }, soakSec: 60, gate }],
    rest: { name: 'rest', soakSec: 60, gate },
    ...overrides,
  })
}
