// What PolkaVM 0.35 and 0.37 say of the rows of test/extended/versions.ts, and of programs that no compiler writes. Not a test: what they
// said is in test/fixtures/versions.txt, for versions.test.ts.
//
//   cargo build --release --manifest-path bench/peers/polkavm/Cargo.toml
//   cargo build --release --manifest-path bench/peers/polkavm-extended/Cargo.toml
//   node scripts/polkavm-versions.mjs            asks again; exit code 1 if an answer is not as written
//   node scripts/polkavm-versions.mjs --write    writes the answers
//   node scripts/polkavm-versions.mjs --count 10000 [--from 0]    random code and bitmasks, on every engine under either profile
//
// --older FILE and --newer FILE say where the two are.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const FIXTURE = join(root, 'test/fixtures/versions.txt')
const BATCH = 100
const { values } = parseArgs({
  options: {
    older: { type: 'string', default: join(root, 'bench/peers/polkavm/target/release/polkavm-bench') },
    newer: { type: 'string', default: join(root, 'bench/peers/polkavm-extended/target/release/polkavm-extended') },
    write: { type: 'boolean' },
    count: { type: 'string' },
    from: { type: 'string', default: '0' },
  },
})

async function versions() {
  const folder = mkdtempSync(join(tmpdir(), 'coulis-versions-'))
  const outfile = join(folder, 'versions.mjs')
  const entryPoints = [join(root, 'test/extended/versions.ts')]
  await build({
    entryPoints,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outfile,
    logLevel: 'warning',
  })
  const module = await import(pathToFileURL(outfile).href)
  rmSync(folder, { recursive: true })
  return module
}

/** One engine of one version, in a process of its own. */
function start(name) {
  const [version, engine] = name.split(' ')
  const args = [version === '0.35' ? '--programs' : 'programs', ...(engine === undefined ? [] : [engine])]
  const child = spawn(version === '0.35' ? values.older : values.newer, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  child.on('error', error => {
    console.error(`${name}: ${error.message}: build it first`)
    process.exit(2)
  })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    ask: lines => void child.stdin.write(lines.map(line => `${line}\n`).join('')),
    answer: async () => (await answers.next()).value ?? 'no answer',
    end: () => void child.stdin.end(),
  }
}

/** A line for each row and peer: its name, the peer, the question, the answer. */
async function askRows({ ROWS, PEERS, caseFor, lineOf }) {
  const lines = []
  for (const row of ROWS) {
    for (const name of PEERS) {
      const peer = start(name)
      const line = lineOf(caseFor(row, name))
      peer.ask([line])
      lines.push(`${row.name} | ${name} | ${line} > ${await peer.answer()}\n`)
      peer.end()
    }
  }
  return lines.join('')
}

async function compareRandom({ hostileCase, lineOf, outcomeUnder, ENGINE_KINDS }, from, count) {
  const peers = ['0.35', '0.37'].map(version => ({ version, ...start(version) }))
  let [different, wrong] = [0, 0]
  for (let at = from; at < from + count; at += BATCH) {
    const cases = Array.from({ length: Math.min(BATCH, from + count - at) }, (_, i) => hostileCase(at + i))
    for (const peer of peers) peer.ask(cases.map(lineOf))
    for (const [i, each] of cases.entries()) {
      const answers = []
      for (const { version, answer } of peers) {
        const expected = await answer()
        answers.push(expected)
        for (const kind of ENGINE_KINDS) {
          const found = outcomeUnder(each, kind, version, expected)
          if (found === expected) continue
          wrong += 1
          if (wrong <= 10) console.log(`program ${at + i}:\n  ${found} ${kind}\n  ${expected} PolkaVM ${version}`)
        }
      }
      if (answers[0] !== answers[1]) different += 1
    }
  }
  for (const { end } of peers) end()
  console.log(
    `${count} programs, of which the versions differ on ${different}, on ${ENGINE_KINDS.join(', ')}: ${wrong} differences`,
  )
  return wrong
}

const module = await versions()
if (values.count !== undefined) {
  process.exitCode = (await compareRandom(module, Number(values.from), Number(values.count))) === 0 ? 0 : 1
} else {
  const answers = await askRows(module)
  if (values.write) writeFileSync(FIXTURE, answers)
  const isSame = readFileSync(FIXTURE, 'utf8') === answers
  console.log(
    `${module.ROWS.length} rows put to ${module.PEERS.join(', ')}: ${isSame ? 'as written' : 'not as written'}`,
  )
  process.exitCode = isSame ? 0 : 1
}
