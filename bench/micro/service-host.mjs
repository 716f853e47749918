// What the service host costs around the machine: the accumulation of recorded blocks, decoding and comparing left out, beside the
// time inside `run` (host functions included). Blocks are looked up in a folder: `node bench/micro/service-host.mjs FOLDER`.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DIST } from '../lib/programs.mjs'

const load = name => import(join(DIST, name))
const { accumulationOf, readBlockTrace } = await load('conform/block-trace.js')
const { TINY_CHAIN } = await load('conform/tiny-chain.js')
const { accumulateBlock } = await load('host/service/block.js')
const { resolveChain } = await load('host/service/chain.js')
const { Machine } = await load('engine/vm/machine.js')

const folder = process.argv[2] ?? '../shared/vectors/blocks'
const ROUNDS = 15
const traces = readdirSync(folder)
  .filter(name => name.endsWith('.bin'))
  .map(name => ({ name, trace: readBlockTrace(readFileSync(join(folder, name))) }))

let inside = 0
const { run } = Machine.prototype
Machine.prototype.run = function (options) {
  const begun = performance.now()
  try {
    return run.call(this, options)
  } finally {
    inside += performance.now() - begun
  }
}

const median = values => values.sort((a, b) => a - b)[values.length >> 1]
for (const engine of ['interpreter', 'auto']) {
  const chain = resolveChain({ chain: TINY_CHAIN, engine })
  const ratios = []
  const totals = []
  for (let round = 0; round < ROUNDS; round++) {
    let total = 0
    inside = 0
    for (const { trace } of traces) {
      const { state, block } = accumulationOf(trace)
      const begun = performance.now()
      accumulateBlock(chain, state, block)
      total += performance.now() - begun
    }
    totals.push(total)
    ratios.push(total / inside)
  }
  const first = ratios[0].toFixed(2)
  console.log(
    `${engine.padEnd(12)} ${traces.length} blocks ${median(totals).toFixed(1)} ms, ${median(ratios).toFixed(2)} x the time inside (first round ${first})`,
  )
}
