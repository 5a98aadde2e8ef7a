import type { Page } from 'playwright-core'

/** What a person does on the pages, by the roles and names that they find things by. */
export function pageActions(current: () => Page) {
  const heading = (name: string | RegExp) => current().getByRole('heading', { level: 1, name })
  const link = (name: string) => current().getByRole('link', { name, exact: true })
  const button = (name: string) => current().getByRole('button', { name, exact: true })
  return {
    heading,
    link,
    button,
    confirm: async (label: string): Promise<void> => {
      const dialog = current().getByRole('dialog', { name: `${label}?` })
      await dialog.getByRole('button', { name: label, exact: true }).click()
    },
    signIn: async ({ email, password }: { email: string; password: string }): Promise<void> => {
      await current().getByLabel('E-mail').fill(email)
      await current().getByLabel('Password').fill(password)
      await current().keyboard.press('Enter')
    },
    /** Signs out whoever is there, and somebody else in. */
    becomes: async ({ email, password }: { email: string; password: string }): Promise<void> => {
      await button('Sign out').click()
      await heading('Sign in to bootfleet').waitFor()
      await current().getByLabel('E-mail').fill(email)
      await current().getByLabel('Password').fill(password)
      await current().keyboard.press('Enter')
      await heading(/^Fleet$/).waitFor()
    },
    /** Publishes a tag on the page of a channel and goes on to the plan of its rollout. */
    publish: async (tag: string): Promise<void> => {
      const image = current().getByLabel('Image')
      await image.fill(`${await image.inputValue()}${tag}`)
      await button('Publish').click()
      await link('Plan its rollout').click()
      await heading('Plan a rollout').waitFor()
    },
    /** Marks the document; the answer says whether the mark is still there. */
    pageIsNotReloaded: async (): Promise<() => Promise<boolean>> => {
      await current().evaluate('globalThis.marked = true')
      return () => current().evaluate('globalThis.marked === true')
    },
  }
}
