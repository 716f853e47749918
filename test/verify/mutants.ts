// Runs what the verifier accepts of mutated modules, and has each load and store of them reported: to see whether anything
// that was accepted touches what it must not. Not the mutations: mutate.ts.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AT_ARENA, AT_RESERVE, AT_RIGHTS, AT_SLICE, AT_VM, AT_WHY, VM } from '../../src/core/contract.gen.ts'
import { createEngine } from '../../src/engine/create.ts'
import { decodeProgram } from '../../src/engine/recompiler/decode.ts'
import { machineOf } from '../../src/engine/recompiler/verification.ts'
import { startTally } from '../../src/engine/vm/access.ts'
import { Random } from '../../src/fuzz/random.ts'
import { createHost } from '../../src/host/registry.ts'
import type { Machine } from '../../src/verify/machine.ts'
import { verifyModule } from '../../src/verify/module.ts'
import { cellOf } from '../core-body.ts'
import { CALLS_IN_LOOPS, MIXED, programOf, TABLES } from '../engine/recompiler/programs.ts'
import { putTogether, reporting, takeApart } from './instructions.ts'
import { mutate } from './mutate.ts'

/** What came of many mutants. */
export interface MutantCounts {
  /** Mutants that are WebAssembly: refused, by rule, or accepted and run. */
  mutants: number
  readonly refused: Map<string, number>
  accepted: number
  /** Accepted ones that ended otherwise than the reference machine: wrong, and harmless. */
  different: number
  /** Accepted ones that WebAssembly itself stopped. */
  trapped: number
  readonly traps: string[]
  /** Loads and stores that were reported. */
  accesses: number
  /** What accepted ones did that they must not. */
  readonly unsafe: string[]
}

/** Loops that move up, down and by a register, over one page and several; host calls in them. */
const LOOPS = `
.jump_table @back
    load_imm r8, 0x20000
    load_imm r9, 0x24000
    load_imm r10, 700
    fallthrough
@up:
    load_ind_u64 r7, [r8]
    store_ind_u64 [r9 - 8], r7
    add_imm_64 r8, r8, 8
    add_imm_64 r9, r9, -8
    add_imm_64 r10, r10, -1
    branch_ne_imm r10, 0, @up
    load_imm r8, 0x21000
    load_imm r11, 24
    load_imm r10, 500
    fallthrough
@by:
    load_ind_u8 r7, [r8 + 3]
    store_ind_u32 [r8 + 4], r10
    load_ind_u16 r6, [0x20010]
    add_64 r8, r8, r11
    add_imm_64 r10, r10, -1
    branch_ne_imm r10, 0, @by
    load_imm r8, 0x20000
    load_imm r9, 0x21800
    load_imm r10, 800
    fallthrough
@copy:
    load_ind_u64 r7, [r8]
    store_ind_u64 [r9 + 8], r7
    add_imm_64 r8, r8, 8
    add_imm_64 r9, r9, 8
    add_imm_64 r10, r10, -1
    branch_ne_imm r10, 0, @copy
    load_imm r6, 0x20800
    fallthrough
@fill:
    store_ind_u32 [r9 - 4], r10
    add_imm_64 r9, r9, -4
    branch_lt_u r6, r9, @fill
    load_imm r5, 6
    fallthrough
@call:
    load_imm_jump r0, &back, @function
@back:
    ecalli 1
    add_imm_64 r5, r5, -1
    branch_ne_imm r5, 0, @call
    trap
@function:
    load_imm r8, 0x20008
    load_imm r10, 40
    fallthrough
@inner:
    store_ind_u16 [r8], r10
    load_ind_i32 r7, [r8 - 4]
    add_imm_64 r8, r8, 2
    add_imm_64 r10, r10, -1
    branch_ne_imm r10, 0, @inner
    jump_ind r0
`.replace('load_ind_u16 r6, [0x20010]', 'load_u16 r6, [0x20010]')

const GOLDEN = join(import.meta.dirname, '../engine/recompiler/golden')
const goldens = (): string[] =>
  readdirSync(GOLDEN)
    .filter(name => name.endsWith('.pvm'))
    .map(name => readFileSync(join(GOLDEN, name), 'utf8'))

class Stopped extends Error {}

/** Whether compiled code may access these bytes. */
function mayAccess(
  memory: WebAssembly.Memory,
  at: number,
  width: number,
  isStore: boolean,
  jumps: number,
  { starts, tallyAt }: Machine,
): boolean {
  const within = (from: number, to: number): boolean => at >= from && at + width <= to
  const word = (offset: number, size: number): boolean => within(offset, offset + size)
  if (within(AT_VM, AT_VM + VM.gas + 8) || word(AT_VM + VM.pc, 4) || word(AT_VM + VM.charged, 4)) return true
  if (isStore && word(AT_WHY, 4)) return true
  if (tallyAt > 0 && width === 8 && starts[(at - tallyAt) / 8] === 1) return true
  if (!isStore && (word(AT_RESERVE, 8) || word(AT_SLICE, 8) || word(AT_VM + VM.trace, 4))) return true
  if (!isStore && within(AT_RIGHTS, AT_RIGHTS + 2 ** 23)) return true
  if (!isStore && within(AT_ARENA, AT_ARENA + 4 * jumps)) return true
  const last = at + width - 1
  if (last >= memory.buffer.byteLength) return false
  const rights = new Uint8Array(memory.buffer, AT_RIGHTS, 2 ** 20)
  const bit = isStore ? 2 : 1
  for (let page = at >>> 12; page <= last >>> 12; page++) if ((rights[page]! & bit) === 0) return false
  return true
}

/** Makes and judges mutants until there are `count`. */
export function judgeMutants(
  seed: string,
  count: number,
  progress: (counts: MutantCounts) => void = () => {},
): MutantCounts {
  const texts = [MIXED, TABLES, CALLS_IN_LOOPS, LOOPS, LOOPS, ...goldens()]
  const random = new Random(seed, 0)
  const counts: MutantCounts = {
    mutants: 0,
    refused: new Map(),
    accepted: 0,
    different: 0,
    trapped: 0,
    traps: [],
    accesses: 0,
    unsafe: [],
  }
  const { Module, Instance } = WebAssembly
  const changed = new WeakMap<WebAssembly.Module, string>()
  let jumps = 0
  let machine: Machine | undefined
  let armed = false
  let doing = ''
  const construct = (target: typeof Module, [bytes]: [Uint8Array<ArrayBuffer>]): WebAssembly.Module => {
    // The glue has no import `host`; a first module of the machine is the one to change.
    if (!armed || !Buffer.from(bytes.subarray(0, 100)).includes('host')) return new target(bytes)
    armed = false
    const taken = takeApart(bytes)
    const what = mutate(taken, random)
    doing = what ?? ''
    const mutant = what === undefined ? undefined : putTogether(taken)
    if (mutant === undefined || !WebAssembly.validate(mutant)) throw new Stopped()
    counts.mutants += 1
    const refusal = verifyModule(mutant, machine!)
    if (refusal !== undefined) {
      counts.refused.set(refusal.rule, (counts.refused.get(refusal.rule) ?? 0) + 1)
      throw new Stopped()
    }
    counts.accepted += 1
    const module = new target(reporting(mutant))
    changed.set(module, what!)
    return module
  }
  WebAssembly.Module = new Proxy(Module, {
    construct: construct as (target: typeof Module, given: unknown[]) => object,
  })
  WebAssembly.Instance = new Proxy(Instance, {
    construct(target, [module, imports]: [WebAssembly.Module, { e: WebAssembly.ModuleImports }]): object {
      const what = changed.get(module)
      if (what === undefined) return new target(module, imports)
      const memory = imports.e.memory as WebAssembly.Memory
      const report = (address: number, offset: number, kind: number): void => {
        const at = (address >>> 0) + (offset >>> 0)
        counts.accesses += 1
        if (!mayAccess(memory, at, kind >> 4, (kind & 1) === 1, jumps, machine!)) {
          counts.unsafe.push(
            `${what}: ${(kind & 1) === 1 ? 'store' : 'load'} of ${kind >> 4} bytes at ${at.toString(16)}`,
          )
        }
      }
      return new target(module, { e: { ...imports.e, report } })
    },
  })
  try {
    for (let trial = 0; counts.mutants < count; trial++) {
      // A constant behind the end makes each a program of its own: modules are found again by content.
      const text = `${random.pick(texts)}\n    load_imm r0, ${trial}\n    trap`
      const program = programOf(text)
      jumps = program.jumpTable.length
      const host = createHost({ 1: vm => void (vm.gas += 1n) }, { profile: 'w3f-vectors' })
      const options = {
        gas: BigInt(random.pick([300, 20_000])),
        host: { entry: host.entry },
        pages: [{ address: 0x20000, length: random.pick([0x8000, 0x2000, 0x5000]), access: 3 as const }],
      }
      const vm = createEngine({ kind: 'recompiler' }).instantiate(program, options)
      // Every third counts what it executes.
      if (trial % 3 === 0) startTally(vm)
      machine = machineOf(decodeProgram(program), cellOf(vm).tally?.at)
      const before = counts.accepted
      armed = true
      try {
        const exit = vm.run()
        if (counts.accepted > before) {
          const reference = createEngine({ kind: 'reference' }).instantiate(program, options)
          const same = reference.run() === exit && reference.gas === vm.gas && reference.pc === vm.pc
          if (!same || reference.regs.some((value, r) => value !== vm.regs[r])) counts.different += 1
        }
      } catch (error) {
        if (error instanceof WebAssembly.RuntimeError) {
          counts.trapped += 1
          counts.traps.push(`${doing}: ${error.message}`)
        } else if (!(error instanceof Stopped)) throw new Error(`after ${doing}`, { cause: error })
      } finally {
        armed = false
        vm.dispose()
      }
      if (trial % 500 === 0) progress(counts)
    }
  } finally {
    WebAssembly.Module = Module
    WebAssembly.Instance = Instance
  }
  return counts
}
