// The recorded service runs on PolkaVM, its interpreter and its recompiler. This hands them to our Rust program in a form that it can
// read, and prints the same figures as micro/traces.mjs. A program is compiled anew for every trace, and once more with the module kept.
// `--backend generic` or `--backend interpreter` measures one of the two.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { traceTexts } from '../lib/figure.mjs'
import { adapterArguments } from '../lib/measure.mjs'
import { POLKAVM, polkavmBinary } from '../lib/opponents.mjs'
import { polkavmForm } from '../lib/polkavm-form.mjs'

const { backend: only } = adapterArguments()
const texts = traceTexts()
if (texts === undefined) process.exit(0)

const folder = mkdtempSync(join(tmpdir(), 'coulis-bench-'))
try {
  const file = join(folder, 'traces.json')
  writeFileSync(file, JSON.stringify(texts.map(polkavmForm)))
  // Not the process sandbox: its time is only on the wall clock, which an idle machine of two cores would be needed for.
  for (const backend of only === undefined ? ['interpreter', 'generic'] : [only]) {
    for (const [version, { name }] of Object.entries(POLKAVM)) {
      const { stdout, stderr, error, signal } = spawnSync(
        polkavmBinary(version),
        ['--backend', backend, '--gas', 'sync', '--traces', file],
        { encoding: 'utf8', timeout: 120_000 },
      )
      const lines = stdout?.split('\n').filter(line => line.startsWith('{')) ?? []
      for (const line of lines) console.log(JSON.stringify({ ...JSON.parse(line), engine: `${name} ${backend}` }))
      if (lines.length === 0) console.error(`Error: ${name} ${backend}: ${error?.message ?? signal ?? stderr.trim()}`)
    }
  }
} finally {
  rmSync(folder, { recursive: true })
}
