export function readProxies(text: string): (address: string) => boolean
