const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const plainEverySec = 15

/**
 * Progress of one step that may take minutes: on a terminal one line that counts the seconds and shows the last line
 * of output, elsewhere a line at the start, each 15 s, and at the end.
 */
export function startProgress(title, { out = process.stdout } = {}) {
  const started = performance.now()
  const seconds = () => Math.round((performance.now() - started) / 1000)
  let last = ''
  let frame = 0
  const draw = () => {
    const text = `${frames[frame++ % frames.length]} ${title}  ${seconds()} s  ${last}`
    out.write(`\r\u001b[2K${text.slice(0, (out.columns || 80) - 1)}`)
  }
  const say = () => out.write(`  … ${title}: ${seconds()} s, ${last || 'working'}\n`)
  if (!out.isTTY) out.write(`• ${title}\n`)
  const timer = out.isTTY ? setInterval(draw, 100) : setInterval(say, plainEverySec * 1000)
  return {
    detail: (text) => {
      // oxlint-disable-next-line no-control-regex -- colours of the command would break the line
      last = text.replaceAll(/\u001b\[[0-9;]*m/g, '').trim()
    },
    end: (ok) => {
      clearInterval(timer)
      out.write(`${out.isTTY ? '\r\u001b[2K' : ''}${ok ? '✓' : '✗'} ${title}  ${seconds()} s\n`)
    },
  }
}
