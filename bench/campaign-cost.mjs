// What campaigns cost: instructions compared per second of processor time, of all threads of one worker, so that it may be measured on a
// machine that does other things too. --write keeps it in results/campaigns.json and renews the table of ../docs/campaigns.md.
//
//   node bench/campaign-cost.mjs [--rounds 3] [--write]
//
// A round takes about two minutes; the least processor time of the rounds counts, what disturbs only adds to it.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { costText, withCost } from './lib/campaign-cost.mjs'
import { machine } from './lib/machine.mjs'
import { BENCH, ROOT, vectorsFolder } from './lib/programs.mjs'

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, write: { type: 'boolean' } },
})
const FAST = ['--engines', 'interpreter,recompiler,auto']
const CAMPAIGNS = [
  { name: 'mixed, all engines', args: ['--cases', '400'] },
  { name: 'close, all engines', args: ['--style', 'close', '--cases', '800'] },
  { name: 'short, all engines', args: ['--style', 'short', '--cases', '40'] },
  { name: 'long, all engines', args: ['--style', 'long', '--cases', '80'] },
  { name: 'long, fast engines', args: ['--style', 'long', '--cases', '40', ...FAST] },
]

/** Ticks of user and system time of children that have ended, in seconds. */
function childSeconds() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')
  return (Number(fields[13]) + Number(fields[14])) / 100
}

function run(args) {
  const before = childSeconds()
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'dist/cli.js'), ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (status !== 0) throw new Error(`coulis ${args.join(' ')}: ${status}, ${stderr}`)
  return {
    processor: childSeconds() - before,
    lines: stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line)),
  }
}

const fuzz = args => {
  const { processor, lines } = run(['fuzz', '--seed', 'cost', '--jobs', '1', '--jsonl', ...args])
  return { processor, instructions: lines.at(-1).instructions }
}

/** The recorded runs, each of them several times: 32 are over before they have begun. */
function replay() {
  const traces = join(vectorsFolder(), 'traces')
  const { processor, lines } = run(['replay', ...Array(20).fill(traces), '--jobs', '1', '--jsonl'])
  const sum = lines.filter(({ event }) => event === 'file').reduce((gas, { gasUsed }) => gas + Number(gasUsed), 0)
  return { processor, instructions: sum }
}

const all = CAMPAIGNS.map(({ name, args }) => ({ name, measure: () => fuzz(args) }))
if (vectorsFolder() !== undefined) all.push({ name: 'replay of recorded services, auto', measure: replay })
const campaigns = all.map(({ name }) => ({ name, instructions: 0, processor: Number.POSITIVE_INFINITY }))
for (let round = 0; round < Number(options.rounds); round++) {
  for (const [i, { measure }] of all.entries()) {
    const { instructions, processor } = measure()
    campaigns[i].instructions = instructions
    campaigns[i].processor = Math.min(campaigns[i].processor, processor)
  }
}
const record = { date: new Date().toISOString().slice(0, 10), machine: machine(), campaigns }
console.log(costText(record))
if (options.write) {
  writeFileSync(join(BENCH, 'results/campaigns.json'), `${JSON.stringify(record, null, 1)}\n`)
  const docs = join(ROOT, 'docs/campaigns.md')
  writeFileSync(docs, withCost(readFileSync(docs, 'utf8'), record))
}
