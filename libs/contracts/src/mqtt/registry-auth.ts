import { z } from 'zod'

/** Logins by registry or `registry/repository`, in the form of containers' auth.json. */
export const RegistryAuth = z.object({
  auths: z.record(z.string().min(1).max(300), z.object({ auth: z.string().max(16 * 1024) })),
})
export type RegistryAuth = z.infer<typeof RegistryAuth>

/** `GET /device/v1/registry-auth`: the logins that the device should have now, or none. */
export const RegistryAuthResponse = z.object({ registryAuth: RegistryAuth.nullable() })
