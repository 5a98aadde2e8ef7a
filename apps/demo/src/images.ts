import { buildImage, type Image } from './image.ts'

export const repository = 'demo/edge-os'

/** The model whose devices do not boot the second release. */
const stubborn = 'panel-7'

/** What the demo's devices are sent: the first release is good, the second does not boot on one model. */
export const images: readonly Image[] = [
  buildImage({ version: '42.1', created: '2026-09-01T08:00:00Z', title: 'Edge OS' }),
  buildImage({ version: '42.2', created: '2026-10-01T08:00:00Z', title: 'Edge OS' }),
]

/** How the images fare on the simulated devices, in the words of `npm run simulate -- --rules`. */
export function imageRules(): object {
  const [, bad] = images
  const digests = bad === undefined ? [] : [bad.indexDigest, ...Object.values(bad.manifests)]
  return { images: [{ digests, models: [stubborn], boot: 'fails-to-boot' }] }
}

/** The fleet, in the words of `npm run simulate`. */
export const fleet = {
  devices: 60,
  sites: 'berlin,lisbon,oslo,turin',
  models: `edge-box-100:amd64,edge-box-200:amd64,${stubborn}:arm64`,
  behaviours: 'normal=54,slow=4,flapping=2',
} as const
