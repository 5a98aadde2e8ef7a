/** What a sealed password is bound to, so that it opens in its own row alone. */
export function registrySecretContext(id: string): string {
  return `registry_credential:${id}`
}
