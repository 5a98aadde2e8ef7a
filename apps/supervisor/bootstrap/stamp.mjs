// For the build, which is no part of this app: `stamp.mjs begin` takes the stamp of the last build away and prints the
// fingerprint of the sources, `stamp.mjs end FINGERPRINT` leaves a stamp with it.
import { forgetBuild, rememberBuild, sourceFingerprint } from './build-state.mjs'
import { root } from './root.mjs'

const [verb, fingerprint] = process.argv.slice(2)
if (verb === 'begin') {
  forgetBuild(root)
  process.stdout.write(sourceFingerprint(root))
} else if (verb === 'end' && fingerprint !== undefined) {
  rememberBuild(root, fingerprint)
} else {
  console.error('usage: stamp.mjs begin | end FINGERPRINT')
  process.exitCode = 2
}
