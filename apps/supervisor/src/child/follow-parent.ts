// Loaded into each child by `--import`: when the supervisor is gone, killed and unable to say so, its end of the
// channel closes, and the child stops as if it had been asked to.
if (process.channel) {
  process.channel.unref()
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
}
