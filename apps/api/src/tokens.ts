/** Names of what the composition root hands to controllers. */
export const servicesToken = Symbol('services')
export const metricsToken = Symbol('metrics')
export const liveHubToken = Symbol('live hub')
export const loginDoorToken = Symbol('login door')
export const secureCookiesToken = Symbol('secure cookies')
