// `npm start`: makes a fresh clone runnable, then runs it. Until the Node version is known to be right nothing is
// imported, so that an old Node prints the line below and not a stack trace.
const wanted = [20, 19]
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < wanted[0] || (major === wanted[0] && minor < wanted[1])) {
  console.error(
    `bootfleet needs Node ${wanted.join('.')} or newer; this is ${process.versions.node}. Install a newer one: https://nodejs.org/en/download`,
  )
  process.exitCode = 1
} else {
  import('./bootstrap/prepare.mjs')
    .then(({ prepare }) => prepare())
    .then((steps) => {
      if (steps) return import(new URL('dist/main.js', import.meta.url).href).then(({ main }) => main(steps))
      process.exitCode = 1
    })
    .catch((error) => {
      console.error(error)
      process.exitCode = 1
    })
}
