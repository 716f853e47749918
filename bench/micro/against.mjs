// Two builds of coulis beside each other in one process: every program in turn on both, many times, and the ratio of their times. For the
// question whether a change made anything slower; a machine that is disturbed disturbs both.
//   node bench/micro/against.mjs OLD_DIST [NEW_DIST] [--engine auto] [--rounds 15] [--only TEXT]
import { parseArgs } from 'node:util'
import { DIST, entryOf, programFiles, programName, readProgram } from '../lib/programs.mjs'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: 'string', default: 'auto' },
    rounds: { type: 'string', default: '15' },
    only: { type: 'string' },
  },
})
const builds = await Promise.all(
  [positionals[0], positionals[1] ?? DIST].map(async dist => {
    const coulis = await import(entryOf('index', dist))
    const { createHost } = await import(entryOf('host', dist))
    const host = createHost({
      1: { price: 0, call: vm => void (vm.regs[7] = vm.regs[7] + 1n) },
      2: {
        price: 0,
        call(vm) {
          const { memory, regs32 } = vm
          const at = regs32[14]
          const words = [0, 8, 16, 24].map(offset => memory.readU64(at + offset))
          memory.writeU64(regs32[16], words[0] + words[1] + words[2] + words[3])
        },
      },
    })
    return { coulis, host }
  }),
)

/** Something that runs a program once on a build, and returns its milliseconds. */
function runner({ coulis, host }, program) {
  const loaded = coulis.loadProgram(program.blob, { kind: 'raw', profile: 'gp-0.7.2' })
  const engine = coulis.createEngine({ kind: options.engine })
  const pages = program.pages.map(page => ({ ...page, access: page.writable ? 3 : 1 }))
  const memory = program.memory.map(({ address, contents }) => ({ address, bytes: contents }))
  return () => {
    const vm = engine.instantiate(loaded, {
      regs: program.regs,
      entry: program.pc,
      gas: program.gas,
      pages,
      memory,
      host,
    })
    const start = performance.now()
    vm.run()
    const ms = performance.now() - start
    vm.dispose()
    return ms
  }
}

const median = values => [...values].sort((a, b) => a - b)[values.length >> 1]
let sum = 0
let count = 0
const { micro, workloads } = programFiles()
for (const file of [
  ...micro,
  ...workloads.filter(file => !micro.some(other => programName(other) === programName(file))),
]) {
  const name = programName(file)
  if (options.only !== undefined && !name.includes(options.only)) continue
  const program = readProgram(file)
  const [old, now] = builds.map(build => runner(build, program))
  for (let i = 0; i < 3; i++) [old, now].map(run => run())
  const ratios = []
  const best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let round = 0; round < Number(options.rounds); round++) {
    const order = round % 2 === 0 ? [0, 1] : [1, 0]
    const times = []
    for (const side of order) times[side] = [old, now][side]()
    ratios.push(times[1] / times[0])
    for (const side of [0, 1]) best[side] = Math.min(best[side], times[side])
  }
  ratios.sort((a, b) => a - b)
  const [low, high] = [ratios[Math.floor(ratios.length / 4)], ratios[Math.floor((3 * ratios.length) / 4)]]
  sum += Math.log(best[1] / best[0])
  count += 1
  console.log(
    `${name.padEnd(22)} old ${best[0].toFixed(2).padStart(9)} ms  new ${best[1].toFixed(2).padStart(9)} ms  best ${(best[1] / best[0]).toFixed(3)}` +
      `  median ${median(ratios).toFixed(3)}  quartiles ${low.toFixed(3)} ${high.toFixed(3)}`,
  )
}
console.log(`geometric mean of the best: ${Math.exp(sum / count).toFixed(3)} over ${count} programs`)
