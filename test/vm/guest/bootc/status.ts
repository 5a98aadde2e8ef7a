import { arch } from 'node:os'
import { readSysroot } from './sysroot.ts'
import type { Deployment } from './sysroot.ts'

/** The `BootcHost` document, as bootc 1.16 prints it. */
export function statusDocument(): object {
  const { booted, staged, rollback, others, rollbackQueued } = readSysroot()
  const followed = (staged ?? booted)?.image
  return {
    apiVersion: 'org.containers.bootc/v1',
    kind: 'BootcHost',
    metadata: { name: 'host' },
    spec: {
      image: followed === undefined ? null : reference(followed.image),
      bootOrder: rollbackQueued ? 'rollback' : 'default',
    },
    status: {
      staged: entry(staged),
      booted: entry(booted),
      rollback: entry(rollback),
      ...(others.length > 0 && { otherDeployments: others.map(entry) }),
      rollbackQueued,
      type: booted?.image === undefined ? null : 'bootcHost',
      usrOverlay: null,
      readOnly: false,
    },
  }
}

function reference(image: string) {
  return { image, transport: 'registry', signature: 'insecure' }
}

function entry(deployment: Deployment | undefined) {
  if (deployment === undefined) return null
  const { image, stateroot, checksum, deploySerial, pinned, locked } = deployment
  return {
    image: image === undefined ? null : imageStatus(image),
    cachedUpdate: null,
    incompatible: false,
    pinned,
    downloadOnly: locked,
    softRebootCapable: false,
    store: image === undefined ? null : 'ostreeContainer',
    ostree: { stateroot, checksum, deploySerial },
    composefs: null,
  }
}

function imageStatus({ image, digest, version }: NonNullable<Deployment['image']>) {
  const architecture = arch() === 'x64' ? 'amd64' : arch()
  return { image: reference(image), imageDigest: digest, version, timestamp: null, architecture }
}
