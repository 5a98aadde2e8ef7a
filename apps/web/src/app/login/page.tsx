import type { Metadata } from 'next'
import { LoginForm } from '../../features/session/login-form.tsx'
import { BrandMark } from '../../ui/brand-mark.tsx'
import { localPath } from '../../lib/paths.ts'

export const metadata: Metadata = { title: 'Sign in' }

export default async function LoginPage({ searchParams }: PageProps<'/login'>) {
  const { next } = await searchParams
  return (
    <main id="content" className="narrow">
      <BrandMark />
      <h1>Sign in to bootfleet</h1>
      <LoginForm next={localPath(typeof next === 'string' ? next : undefined)} />
      <p className="quiet">
        The first account is in <code>.bootfleet/admin.json</code> on the server. A new password:{' '}
        <code>npm run admin -- reset-password</code>
      </p>
    </main>
  )
}
