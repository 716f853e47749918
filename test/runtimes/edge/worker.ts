// The suite as a worker of an edge runtime, which compiles the core when it starts and makes no modules later. Not the suite.
// scripts/runtimes.mjs posts the test files, as to command.ts.

import { engineStatus, useCore } from '../../../src/index.ts'
import { decodeFiles } from '../files.ts'
import { runSuite } from '../suite.ts'
import core from './core.wasm'

useCore(core)

export default {
  async fetch(request: Request): Promise<Response> {
    const form = new URL(request.url).searchParams.get('form') === 'long' ? 'long' : 'short'
    const engines = runSuite({ files: decodeFiles(await request.text()), form })
    const reasons = engineStatus().map(({ kind, runsOn, reason }) => ({ kind, runsOn, reason }))
    return Response.json({ engines, reasons })
  },
}
