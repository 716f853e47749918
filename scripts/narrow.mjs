// 32-bit programs on every engine against PolkaVM's interpreter.
//
//   node scripts/narrow.mjs [--count N] [--seed S] [--from I] [--engine E] [--peer FILE]    default 10000, every engine
//   node scripts/narrow.mjs --fixture N   writes test/fixtures/narrow.txt: N programs with what PolkaVM makes of them
//
// The peer is bench/peers/polkavm, built by `cargo build --release` there; CARGO_TARGET_DIR says where, or --peer.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? otherwise : process.argv[at + 1]
}
const fixture = option('fixture')
const count = Number(fixture ?? option('count', '10000'))
const seed = option('seed', 'narrow')
const from = Number(option('from', '0'))
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'bench/peers/polkavm/target')
const peer = option('peer', join(target, 'release/polkavm-bench'))

const folder = mkdtempSync(join(tmpdir(), 'coulis-narrow-'))
const bundle = join(folder, 'cases.mjs')
await build({
  entryPoints: [join(root, 'test/narrow/cases.ts')],
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  outfile: bundle,
  logLevel: 'warning',
})
const { narrowCase, lineOf, outcomeOf } = await import(pathToFileURL(bundle).href)
rmSync(folder, { recursive: true })

const engines = fixture
  ? []
  : option('engine')
    ? [option('engine')]
    : ['reference', 'interpreter', 'recompiler', 'auto']
const child = spawn(peer, ['--programs'], { stdio: ['pipe', 'pipe', 'inherit'] })
const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
const BATCH = 200
const exits = new Map()
const lines = []
let different = 0
for (let at = from; at < from + count; at += BATCH) {
  const cases = Array.from({ length: Math.min(BATCH, from + count - at) }, (_, i) => narrowCase(seed, at + i))
  child.stdin.write(cases.map(each => `${lineOf(each)}\n`).join(''))
  for (const [i, each] of cases.entries()) {
    const { value: expected } = await answers.next()
    if (expected === undefined) throw new Error('the peer has ended')
    const exit = expected.split(' ')[0]
    exits.set(exit, (exits.get(exit) ?? 0) + 1)
    if (fixture) lines.push(`${lineOf(each)} > ${expected}`)
    for (const engine of engines) {
      const found = outcomeOf(each, engine)
      if (found === expected) continue
      different += 1
      if (different <= 10) console.log(`${seed}:${at + i} ${engine}\n  is   ${found}\n  peer ${expected}`)
    }
  }
}
child.stdin.end()
if (fixture) writeFileSync(join(root, 'test/fixtures/narrow.txt'), `${lines.join('\n')}\n`)
const summary = [...exits].map(([name, times]) => `${name} ${times}`).join(', ')
console.log(`${count} programs (${summary}), ${engines.length} engines, ${different} differences`)
process.exit(different > 0 ? 1 : 0)
