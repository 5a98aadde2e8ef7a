'use client'

import { useState } from 'react'
import { browserApi, problemText } from '../../lib/browser-api.ts'
import { paths } from '../../lib/paths.ts'

export function SignOut() {
  const [problem, setProblem] = useState<string>()
  async function signOut() {
    try {
      await browserApi().sessions.end()
      // A whole new page: nothing that was fetched for the session stays in memory.
      window.location.assign(paths.login())
    } catch (error) {
      setProblem(problemText(error))
    }
  }
  return (
    <>
      {problem !== undefined && <span role="alert">{problem}</span>}
      <button type="button" className="link" onClick={() => void signOut()}>
        Sign out
      </button>
    </>
  )
}
