import { mkdtemp, rm } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AxeResults, RunOptions } from 'axe-core'
import { chromium, type BrowserContext, type Page } from 'playwright-core'
import { chromiumPath } from './web.ts'

const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const axeOptions: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
}

/** A Chromium with nothing from before in it, and what its pages complained about. */
export class Browser implements AsyncDisposable {
  readonly page: Page
  /** Uncaught errors and errors in the console. */
  readonly complaints: string[] = []
  readonly #context: BrowserContext
  readonly #folder: string

  private constructor(context: BrowserContext, page: Page, folder: string) {
    this.#context = context
    this.page = page
    this.#folder = folder
    page.setDefaultTimeout(30_000)
    page.on('pageerror', (error) => this.complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text())
    })
  }

  static async start(baseURL: string): Promise<Browser> {
    const folder = await mkdtemp(join(tmpdir(), 'bootfleet-chromium-'))
    const context = await chromium.launchPersistentContext(folder, {
      executablePath: chromiumPath(),
      args,
      baseURL,
      reducedMotion: 'reduce',
      viewport: { width: 1280, height: 800 },
    })
    return new Browser(context, context.pages()[0] ?? (await context.newPage()), folder)
  }

  /** What axe finds wrong with the page as it is now. */
  async accessibilityProblems(): Promise<string[]> {
    // Evaluated, not added as a script: the page's own security policy stays as it is.
    await this.page.evaluate(axeSource)
    const results = await this.page.evaluate<AxeResults, RunOptions>(
      (options) => (globalThis as unknown as { axe: Axe }).axe.run(options),
      axeOptions,
    )
    return results.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`)
  }

  /** By how many pixels the page is wider than the window. */
  async overflow(): Promise<number> {
    return this.page.evaluate('Math.max(0, document.documentElement.scrollWidth - innerWidth)')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

interface Axe {
  run(options: RunOptions): Promise<AxeResults>
}
