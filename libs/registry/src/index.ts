export { addressRefusal, classifyAddress, type AddressClass } from './address-guard.ts'
export { guardedFetch, type GuardedFetchOptions, type GuardedResponse } from './guarded-fetch.ts'
export { formatRepository, parseImageReference, type ImageReference } from './image-reference.ts'
export type { ImageMetadata } from './image-metadata.ts'
export { layersToPull } from './layers-to-pull.ts'
export { RegistryError, registryErrorCodes, type RegistryErrorCode } from './registry-error.ts'
export type { RegistryCredentials, RegistryHttp } from './registry-session.ts'
export {
  resolveImage,
  type ImageLayer,
  type ResolvedImage,
  type ResolvedManifest,
  type ResolveImageOptions,
} from './resolve-image.ts'
