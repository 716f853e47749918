// What a host call costs, in ns: empty, reading three registers and writing one, the same through 32-bit halves; each in a
// process of its own, as a node with that host function would have it, and one of four functions in turn, as V8 then no longer
// compiles them into the call. The loop around it is measured without the call and taken off. Beside it, what this machine asks for the
// same without an engine: a wasm loop that calls an imported function, which reads and writes the registers.

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { cpuMs } from '../lib/clock.mjs'
import { coulis, engineKind, printFigure, programFrom, start } from '../lib/figure.mjs'
import { CALLED } from '../lib/host-functions.mjs'
import { adapterArguments, summary } from '../lib/measure.mjs'

const CALLS = engineKind === 'reference' ? 20_000 : 1_000_000
const RUNS = 9
const { variant } = adapterArguments()

const loop = body => `
    load_imm r4, ${CALLS}
    load_imm r8, 2
    load_imm r9, 3
    fallthrough
@loop:
    ${body}
    add_imm_64 r4, r4, -1
    branch_ne_imm r4, 0, @loop
    jump_ind r0
`

/** Best time of some runs, in ns per turn of the loop. */
function best(run, before = () => undefined) {
  const times = []
  for (let i = 0; i < RUNS + 5; i++) {
    before()
    const begun = cpuMs()
    run()
    if (i >= 5) times.push(cpuMs() - begun) // the first runs compile
  }
  return (summary(times).min * 1e6) / CALLS
}

function loopTime(body, calls) {
  const program = programFrom(loop(body))
  const entries = calls.map((call, i) => ({ name: `measured ${i}`, price: 0, call }))
  const options = start({ host: { entry: index => entries[index] } })
  const vm = coulis.createEngine({ kind: engineKind }).instantiate(program, options)
  const ns = best(
    () => vm.run(),
    () => vm.reset(options),
  )
  if (vm.exit !== coulis.Exit.Halt) throw new Error(`${coulis.exitName(vm.exit)} instead of halt`)
  vm.dispose()
  return ns
}

/** (func (export "run") (param n i32) (loop (call $f (i32 i32 i32) -> i32, dropped) (br_if (n -= 1)))) */
const BARE = Uint8Array.from([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 12, 2, 0x60, 3, 0x7f, 0x7f, 0x7f, 1, 0x7f, 0x60, 1, 0x7f, 0, 2, 7, 1, 1, 101, 1,
  102, 0, 0, 3, 2, 1, 1, 7, 7, 1, 3, 114, 117, 110, 0, 1, 10, 25, 1, 23, 0, 3, 0x40, 0x41, 1, 0x20, 0, 0x41, 3, 0x10, 0,
  0x1a, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b, 0x0b,
])

/** The least a call from wasm into JavaScript and back can cost. */
function importTime(f) {
  const { run } = new WebAssembly.Instance(new WebAssembly.Module(BARE), { e: { f } }).exports
  return best(() => run(CALLS))
}

const empty = CALLED.empty
const bigint = CALLED['read three registers, write one (bigint)']
const halves = CALLED['read three registers, write one (halves)']
const four = CALLED['one of four functions in turn, three registers read, one written']
const base = count => loopTime('xor r10, r10, r9\n'.repeat(count), [])
const registers = new BigUint64Array(13)

/** What a process of its own measures, by name. */
const VARIANTS = {
  'import call without an engine, empty': () => importTime(() => 0),
  'import call without an engine: read three registers, write one': () =>
    importTime(() => {
      registers[7] = registers[7] + registers[8] + registers[9]
      return 0
    }),
  'host call, empty': () => loopTime('ecalli 0', empty) - base(1),
  'host call: read three registers, write one (bigint)': () => loopTime('ecalli 0', bigint) - base(1),
  'host call: read three registers, write one (halves)': () => loopTime('ecalli 0', halves) - base(1),
  'host call: one of four functions in turn, three registers read, one written': () =>
    (loopTime('ecalli 0\necalli 1\necalli 2\necalli 3', four) - base(4)) / 4,
}

const MUST = 'host call: read three registers, write one (bigint)'
if (variant !== undefined) {
  console.log(VARIANTS[variant]())
} else {
  const script = fileURLToPath(import.meta.url)
  for (const name of Object.keys(VARIANTS)) {
    const own = [...process.execArgv, script, '--engine', engineKind, '--variant', name]
    const value = Number(execFileSync(process.execPath, own, { encoding: 'utf8' }))
    const limits =
      name === MUST && (engineKind === 'interpreter' || engineKind === 'auto') ? { must: 20, goal: 12 } : {}
    printFigure({ name, value, unit: 'ns', ...limits })
  }
}
