'use client'

import { useState, type FormEvent } from 'react'
import { browserApi, problemText } from '../../lib/browser-api.ts'

export function LoginForm({ next }: { next: string }) {
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  async function signIn(form: FormData) {
    setBusy(true)
    setProblem(undefined)
    try {
      const body = { email: field(form, 'email'), password: field(form, 'password') }
      await browserApi().sessions.create({ body })
      window.location.assign(next)
    } catch (error) {
      setProblem(problemText(error))
      setBusy(false)
    }
  }
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    void signIn(new FormData(event.currentTarget))
  }
  return (
    <form className="stack" method="post" onSubmit={submit}>
      <label>
        E-mail
        <input name="email" type="email" autoComplete="username" required maxLength={254} />
      </label>
      <label>
        Password
        <input name="password" type="password" autoComplete="current-password" required maxLength={1024} />
      </label>
      {problem !== undefined && <p role="alert">{problem}</p>}
      <button type="submit" className="primary" disabled={busy}>
        {busy ? 'Signing in…' : 'Sign in'}
      </button>
    </form>
  )
}

function field(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}
