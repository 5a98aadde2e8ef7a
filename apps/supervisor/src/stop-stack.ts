/** What is to be stopped, the newest first. A step that fails is reported, and the ones below it still run. */
export class StopStack {
  readonly #steps: { readonly name: string; readonly stop: () => Promise<void> | void }[] = []

  add(name: string, stop: () => Promise<void> | void): void {
    this.#steps.push({ name, stop })
  }

  async run(onError: (line: string) => void): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step.stop()
      } catch (error) {
        onError(`${step.name} could not be stopped: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }
}
