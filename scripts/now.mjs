// The clock of the command line's bundles, in the place of `performance.now`. Node 26 loads all of node:perf_hooks for that, which
// takes 5 ms. It counts from another moment, so only differences mean something; nobody here reads anything else.

/**
 * Milliseconds since some moment, never fewer than before. esbuild writes the bare name in the place of `performance.now`. So no source
 * may call anything so: scripts/build-cli.mjs looks.
 */
export function processMilliseconds() {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}
