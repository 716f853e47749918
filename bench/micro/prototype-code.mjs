// The twelve programs beside the same programs compiled as the prototype behind ../shared/design/engine-guide.md compiled
// them (its section 2, "full engine": structured code, accesses near one base share a check, gas compared once per path, no
// other optimisation), in turn in one process. It is what answers whether we are slower than the prototype on a machine that
// is not the prototype's: PolkaVM's time, by which both can be divided, is the divider's of the processor for divrem, where
// it divides five times a turn and V8, which knows the divisor, once.

import { join } from 'node:path'
import { cpuMs } from '../lib/clock.mjs'
import { engineKind, printFigure, skip } from '../lib/figure.mjs'
import { TWELVE } from '../lib/goals.mjs'
import { DIST, programFiles, programName, readProgram } from '../lib/programs.mjs'

if (engineKind !== 'recompiler') skip('the recompiler only')
// The module files, not the bundle that the other figures measure: the options are set in what the engine itself uses.
const coulis = await import(join(DIST, 'index.js'))
const { sharedCode } = await import(join(DIST, 'engine', 'recompiler', 'tiers', 'shared-code.js'))
const { createHost } = await import(join(DIST, 'host', 'index.js'))
const PROTOTYPE = {
  inline: false,
  unrollRecursion: false,
  inlineIndirect: false,
  fastLoops: false,
  wideChecks: false,
  loopStores: false,
}
const ROUNDS = 12
/** Runs before, for V8's optimizing compiler, which works in the background. */
const WARM_UP = 8
/** The same in both: what one program differs by from one process to the next, where the code is the same. */
const NOISE = 1.05

const host = createHost({ 1: { price: 0, call: vm => void (vm.regs[7] = vm.regs[7] + 1n) } })

/** The program with one more instruction, a trap, behind its end: code of its own that may be compiled otherwise. */
function withAnother({ container, profile }) {
  const { parts } = container
  const length = parts.code.length
  const code = new Uint8Array(length + 1)
  code.set(parts.code)
  const bitmask = new Uint8Array((length >> 3) + 1)
  bitmask.set(parts.bitmask)
  bitmask[length >> 3] |= 1 << (length & 7)
  const bytes = coulis.encodeContainer({ ...container, parts: { ...parts, code, bitmask } })
  return coulis.loadProgram(bytes, { kind: 'raw', profile })
}

function prepare(program, loaded, options) {
  sharedCode(loaded).options = options
  const vm = coulis.createEngine({ kind: 'recompiler' }).instantiate(loaded)
  const pages = program.pages.map(p => ({ ...p, access: p.writable ? coulis.Access.Write : coulis.Access.Read }))
  const memory = program.memory.map(c => ({ address: c.address, bytes: c.contents }))
  const start = { regs: program.regs, entry: program.pc, gas: program.gas, pages, memory, host }
  return () => {
    vm.reset(start)
    const begun = cpuMs()
    const exit = vm.run()
    const ms = cpuMs() - begun
    if (exit !== coulis.Exit.Halt) throw new Error(`${program.name}: ${coulis.exitName(exit)}`)
    return { ms, gas: vm.gasUsed }
  }
}

const files = programFiles().micro.filter(file => TWELVE.includes(programName(file)))
for (const file of files) {
  const program = readProgram(file)
  const loaded = coulis.loadProgram(program.blob, { kind: 'raw', profile: 'gp-0.7.2' })
  const runs = [prepare(program, loaded, {}), prepare(program, withAnother(loaded), PROTOTYPE)]
  const best = [Infinity, Infinity]
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const [ours, other] = runs.map(run => run())
    if (ours.gas !== other.gas) throw new Error(`${program.name}: gas ${ours.gas} and ${other.gas}`)
    if (round < 0) continue
    best[0] = Math.min(best[0], ours.ms)
    best[1] = Math.min(best[1], other.ms)
  }
  const note = `${best[0].toFixed(1)} ms, ${best[1].toFixed(1)} ms`
  const name = `${programName(file)} ÷ compiled as the prototype did`
  printFigure({ name, value: best[0] / best[1], unit: '×', must: NOISE, note })
}
