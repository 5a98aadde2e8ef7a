// @ts-check
import { Agent, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'

/** @typedef {{ apiUrl: URL, webKey?: string | undefined, isProxy: (address: string) => boolean }} ApiProxySettings */
/** @typedef {import('node:http').IncomingMessage} IncomingMessage @typedef {import('node:http').ServerResponse} ServerResponse */

// Headers of one connection, which are not passed on (RFC 9110, 7.6.1).
const hopByHop = ['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer']
const dropped = new Set([...hopByHop, 'transfer-encoding', 'upgrade', 'proxy-connection'])

/**
 * Passes requests on to the API, byte by byte in both directions: nothing is buffered, so server-sent events arrive as
 * they are sent. When either side goes away, so does the other.
 * @param {ApiProxySettings} settings
 */
export function createApiProxy({ apiUrl: target, webKey, isProxy }) {
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest
  const agent = target.protocol === 'https:' ? undefined : new Agent({ keepAlive: true })
  /** @type {Set<ServerResponse>} */
  const streams = new Set()

  /** @param {IncomingMessage} incoming @param {ServerResponse} outgoing */
  function handle(incoming, outgoing) {
    const url = new URL(incoming.url ?? '/', target)
    const options = { agent, method: incoming.method ?? 'GET', headers: requestHeaders(incoming) }
    const onward = send({ ...options, ...at(target), path: url.pathname + url.search }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers))
      if (answer.headers['content-type']?.startsWith('text/event-stream')) follow(outgoing)
      answer.pipe(outgoing)
      answer.once('error', () => outgoing.destroy())
    })
    onward.once('error', (error) => refuse(outgoing, error))
    outgoing.once('close', () => onward.destroy())
    incoming.pipe(onward)
  }

  /** @param {IncomingMessage} incoming */
  function requestHeaders({ headers, socket }) {
    const { 'x-forwarded-for': before, 'x-bootfleet-web-key': _claimed, ...others } = endToEnd(headers)
    const peer = socket.remoteAddress ?? ''
    // What a client says about itself is overwritten: only a proxy that is trusted is added to.
    const forwarded = before && isProxy(peer) ? `${String(before)}, ${peer}` : peer
    return { ...others, 'x-forwarded-for': forwarded, ...(webKey && { 'x-bootfleet-web-key': webKey }) }
  }

  /** @param {ServerResponse} outgoing */
  function follow(outgoing) {
    outgoing.socket?.setNoDelay(true)
    outgoing.flushHeaders()
    streams.add(outgoing)
    outgoing.once('close', () => streams.delete(outgoing))
  }

  return {
    handle,
    /** Ends the streams that would otherwise never end. */
    endStreams: () => streams.forEach((outgoing) => outgoing.destroy()),
  }
}

/** @param {URL} target */
function at({ hostname, port, protocol }) {
  return { hostname: hostname.replace(/^\[|\]$/g, ''), port: port || (protocol === 'https:' ? 443 : 80) }
}

/** @param {import('node:http').IncomingHttpHeaders} headers */
function endToEnd(headers) {
  return Object.fromEntries(
    Object.entries(headers).filter(([name, value]) => !dropped.has(name) && value !== undefined),
  )
}

/** @param {ServerResponse} outgoing @param {Error} error */
function refuse(outgoing, error) {
  if (outgoing.headersSent) {
    outgoing.destroy()
    return
  }
  const problem = {
    type: 'about:blank',
    title: 'The API does not answer',
    status: 502,
    code: 'unavailable',
    detail: 'The API does not answer. It may be starting: try again in a moment.',
    requestId: '',
  }
  process.stderr.write(`the API does not answer: ${error.message}\n`)
  outgoing.writeHead(502, { 'content-type': 'application/problem+json', 'retry-after': '2' })
  outgoing.end(JSON.stringify(problem))
}
