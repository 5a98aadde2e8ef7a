import type { Services } from '../../services.ts'

/** Notes that two machines seem to use one identity, because they keep taking each other's connection. */
export async function recordCloneSuspected(
  services: Services,
  { deviceId, takeovers }: { deviceId: string; takeovers: number },
): Promise<void> {
  const at = services.now()
  await services.db.transaction('system', async (tx) => {
    const device = await tx.device.findUnique({ where: { id: deviceId }, select: { organizationId: true } })
    if (!device) return
    const message =
      `${takeovers} connections replaced one another within a minute: two machines seem to share this identity, ` +
      'as after cloning a disk. Enroll one of them again.'
    const because = { code: 'clone_suspected', message, takeovers }
    await tx.deviceEvent.createMany({ data: { ...device, deviceId, at, kind: 'clone_suspected', because } })
  })
}
