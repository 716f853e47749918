// The suite in a worker: one message with the form in, one with the outcome out. Not the page.
import { decodeFiles } from '../files.ts'
import { runSuite } from '../suite.ts'

self.onmessage = async ({ data: form }: MessageEvent<'short' | 'long'>) => {
  try {
    const files = decodeFiles(await (await fetch('files.json')).text())
    const started = performance.now()
    const engines = runSuite({ files, form })
    self.postMessage({ engines, seconds: (performance.now() - started) / 1000 })
  } catch (error) {
    self.postMessage({ error: String(error instanceof Error ? error.stack : error) })
  }
}
