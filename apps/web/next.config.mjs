// @ts-check
import { join } from 'node:path'

// Next puts scripts of its own into each page, so inline ones stay allowed; nothing from another origin is.
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

// The libraries are read as sources, so that the dashboard can be built before and beside them.
const sources = ['contracts', 'domain', 'sdk'].map((name) => [`@bootfleet/${name}`, `../../libs/${name}/src/index.ts`])

/** @type {import('next').NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run check` checks them, once.
  typescript: { ignoreBuildErrors: true },
  turbopack: { root: join(import.meta.dirname, '../..'), resolveAlias: Object.fromEntries(sources) },
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'Content-Security-Policy', value: contentSecurityPolicy },
        { key: 'X-Content-Type-Options', value: 'nosniff' },
        { key: 'Referrer-Policy', value: 'same-origin' },
      ],
    },
  ],
}

export default config
