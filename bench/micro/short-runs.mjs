// What `auto` costs programs that end soon: a loop that takes the interpreter N ms, as the first thing a process does, on
// both engines in processes of their own; one that does not say how long it goes on; and one more of a kind the process has not seen,
// when it has compiled before.
// Wall clock, best of some. The ratio is what compiling for a run that ends costs, or gains.

import { execFileSync } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { coulis, engineKind, printFigure, programFrom, skip, start } from '../lib/figure.mjs'
import { adapterArguments } from '../lib/measure.mjs'

/** Close to each other where the first module may come, because a loop that ends just behind it loses most. */
const LENGTHS = [1, 3, 4, 6, 10, 15, 20, 30, 100]
/** The most that a run of any length may take. */
const MUST = 1.25
/** Turns the interpreter does in about a millisecond. */
const TURNS_PER_MS = 100_000
const ROUNDS = 5
/** Until V8 has optimized what was compiled last: it works on the other thread of the same core. */
const SETTLED_MS = 150
const { variant, length } = adapterArguments()

/** A loop like those of the other figures; `salt` makes it another program. If it does not count, its branch looks at a product. */
const loop = (turns, salt, counts = true) => `
    load_imm      r6, ${turns}
    load_imm_64   r8, ${0x9e3779b97f4a7c15n + BigInt(salt)}
    fallthrough
@turn:
    mul_64        r7, r7, r8
    add_imm_64    r7, r7, ${salt}
    and_imm       r10, r7, 0xff8
    xor           r7, r7, r10
    add_imm_64    r6, r6, -1
    ${counts ? 'branch_ne_imm r6, 0, @turn' : 'mul_64 r11, r6, r8\n    branch_ne_imm r11, 0, @turn'}
    jump_ind      r0
`

function time(ms, salt, counts = true) {
  const program = programFrom(loop(Math.round(ms * TURNS_PER_MS), salt, counts))
  const vm = coulis.createEngine({ kind: engineKind }).instantiate(program, start())
  const begun = performance.now()
  vm.run()
  const taken = performance.now() - begun
  if (vm.exit !== coulis.Exit.Halt) throw new Error(coulis.exitName(vm.exit))
  vm.dispose()
  return taken
}

/** In a process of its own: the time of one engine. */
const VARIANTS = {
  first: () => time(length, 1),
  uncounted: () => time(length, 1, false),
  async later() {
    for (let i = 0; i < 20; i++) time(20, 100 + i) // this engine and V8 are warm
    await setTimeout(SETTLED_MS)
    return time(length, 1)
  },
}

if (variant !== undefined) {
  console.log(await VARIANTS[variant]())
} else if (engineKind !== 'auto') {
  skip('auto beside the interpreter')
} else {
  const script = fileURLToPath(import.meta.url)
  for (const [name, what] of [
    ['first', 'the first program of a process'],
    ['uncounted', 'the first program, which does not count'],
    ['later', 'a new program later'],
  ]) {
    for (const ms of LENGTHS) {
      const best = { auto: Number.POSITIVE_INFINITY, interpreter: Number.POSITIVE_INFINITY }
      for (let round = 0; round < ROUNDS; round++) {
        for (const kind of ['auto', 'interpreter']) {
          const own = [script, '--engine', kind, '--variant', name, '--length', `${ms}`]
          best[kind] = Math.min(best[kind], Number(execFileSync(process.execPath, own, { encoding: 'utf8' })))
        }
      }
      const value = best.auto / best.interpreter
      const note = `interpreter ${best.interpreter.toFixed(2)} ms`
      printFigure({ name: `auto ÷ interpreter, ${what}, a loop of ${ms} ms`, value, unit: '×', must: MUST, note })
    }
  }
}
