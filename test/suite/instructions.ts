// Every instruction of every instruction set on edge values, against the reference machine: registers, memory, pc, gas, exit.
import { describe, expect, it } from 'vitest'
import { Access, createEngine, Exit, exitName, type Profile, type Program, profile, type Vm } from '../../src/index.ts'
import { shapeOf } from '../../src/isa/shape.ts'
import { INSTRUCTIONS, type Instruction } from '../../src/isa/table.ts'
import { type CreateVm, programOf } from './cases.ts'
import { EDGES, IMMEDIATES } from './edges.ts'

const W = 0x20000
const R = 0x22000
const PAGE = 4096

/** Addresses in, across and outside of the mapped pages. */
const ADDRESSES: readonly bigint[] = [
  W,
  W + 1,
  W + PAGE - 8,
  W + PAGE - 4,
  W + PAGE - 1,
  W + PAGE,
  W - 1,
  R - 1,
  R,
  R + PAGE - 2,
  R + PAGE,
  0,
  0xffff,
  0x10000,
  0xfffffff9,
  0xffffffff,
]
  .map(BigInt)
  .flatMap(address => [address, address + 0xabcd_0000_0000n])

const JUMPS = [0n, 1n, 2n, 4n, 6n, 8n, 0xffff0000n, 0x1_ffff_0000n, 0x8000_0000_0000_0002n]

const PAGES = [
  { address: W, length: PAGE, access: Access.Write },
  { address: R, length: PAGE, access: Access.Read },
]

/** Which registers stand for the letters: all different, and all the same where they can be. */
const REGISTERS = [
  { A: 'r3', B: 'r4', D: 'r5' },
  { A: 'r3', B: 'r3', D: 'r3' },
] as const

function immediatesOf({ format, kind }: Instruction): readonly bigint[] {
  if (format === 'reg_imm64') return EDGES
  if (kind === 'load' || kind === 'store')
    return format === 'imm_imm' || format === 'reg_imm' ? ADDRESSES.filter(a => a < 2n ** 32n) : [0n, 3n, -5n]
  return kind === 'djump' ? [0n, 2n] : IMMEDIATES
}

/** Lines of a program with all variants of one instruction, each a block of its own: `v0`, `v1`, … */
function textOf(instruction: Instruction): { readonly text: string; readonly variants: number } {
  const { template } = shapeOf(instruction)
  const usesX = template.includes('X')
  const usesY = template.includes('Y')
  const lines: string[] = []
  for (const registers of /[ABD].*[ABD]/.test(template) ? REGISTERS : REGISTERS.slice(0, 1)) {
    for (const x of usesX ? immediatesOf(instruction) : [0n]) {
      for (const y of usesY ? IMMEDIATES.slice(0, 6) : [0n]) {
        const operands = template.replace(/[ABDXYT]/g, letter =>
          letter === 'X' ? `${x}` : letter === 'Y' ? `${y}` : letter === 'T' ? '@target' : registers[letter as 'A'],
        )
        lines.push(`v${lines.length}: ${instruction.name} ${operands.replace(/\+ -/g, '- ')}\ntrap`)
      }
    }
  }
  return {
    text: `.jump_table @target, @inside\ntrap\n${lines.join('\n')}\ntarget: load_imm r12, 7\ninside: load_imm r11, 8\ntrap`,
    variants: lines.length,
  }
}

function operandsOf({ kind, format }: Instruction): readonly bigint[] {
  if (['none', 'imm', 'imm_imm', 'off', 'reg_imm64'].includes(format)) return [0n]
  if (kind === 'store' && format === 'reg_imm') return [0n, 0xffff_ffff_8000_0001n, 0x0123_4567_89ab_cdefn]
  if (kind === 'load' && format === 'reg_imm') return [0n, 0xffff_ffff_8000_0001n]
  if (kind === 'load' || kind === 'store') return ADDRESSES
  return kind === 'djump' ? JUMPS : EDGES
}

const START = Array.from({ length: 13 }, (_, i) => 0x1111n * BigInt(i))

function stateOf(vm: Vm): object {
  return {
    exit: exitName(vm.exit ?? Exit.Step),
    arg: vm.exitArg,
    pc: vm.pc,
    gas: vm.gas,
    regs: vm.regs.join(),
  }
}

/** Everything stored so far is the same. Stores overlap, so this is looked at once per variant. */
function sameMemory(one: Vm, other: Vm): boolean {
  return Buffer.from(one.memory.view(W, PAGE)!).equals(Buffer.from(other.memory.view(W, PAGE)!))
}

function compare(vm: Vm, oracle: Vm, entry: number, left: bigint, right: bigint): void {
  for (const each of [vm, oracle]) {
    each.pc = entry
    each.gas = 10n
    for (let i = 0; i < 13; i++) each.regs[i] = START[i]!
    each.regs[4] = right
    each.regs[3] = left
    each.run()
  }
  const same =
    vm.exit === oracle.exit &&
    vm.exitArg === oracle.exitArg &&
    vm.pc === oracle.pc &&
    vm.gas === oracle.gas &&
    vm.regs.every((value, index) => value === oracle.regs[index])
  if (!same) {
    const [found, expected] = [stateOf(vm), stateOf(oracle)]
    expect({ left, right, entry, ...found }).toEqual({ left, right, entry, ...expected })
  }
}

/** The values of A and B worth trying together. */
function pairsOf(instruction: Instruction): [left: bigint, right: bigint][] {
  const { format, kind } = instruction
  const values = operandsOf(instruction)
  const olds = [0n, 0xffff_ffff_8000_0001n]
  if (kind === 'load' || kind === 'store') {
    return format === 'reg_reg_imm'
      ? values.flatMap(at => olds.map(old => [old, at] as [bigint, bigint]))
      : both(values)
  }
  if (format === 'reg_reg_imm') return values.flatMap(value => olds.map(old => [old, value] as [bigint, bigint]))
  if (format === 'reg_reg_reg' || format === 'reg_reg_off')
    return values.flatMap(left => values.map(right => [left, right] as [bigint, bigint]))
  return both(values)
}

function both(values: readonly bigint[]): [bigint, bigint][] {
  return values.map(value => [value, value])
}

const rules: readonly Profile[] = [
  profile('gp-0.7.2'),
  profile('gp-0.8.0', { name: '0.8.0 numbers', gasModel: 'instruction', outOfGas: 'drain' }),
  profile('gp-0.7.2', { name: 'latest64', instructionSet: 'latest64' }),
]

/** The suite. */
export function instructionSuite(createVm: CreateVm): void {
  const oracle = createEngine({ kind: 'reference' })
  const memory = [
    { address: W, bytes: Uint8Array.from({ length: PAGE }, (_, i) => (i * 37 + 129) % 256) },
    { address: R, bytes: Uint8Array.from({ length: PAGE }, (_, i) => (i * 53 + 200) % 256) },
  ]
  const options = { gas: 10n, pages: PAGES, memory }

  describe.each(rules.map(rule => [rule.name, rule] as const))('%s', (_name, rule) => {
    const set = programOf('trap', rule).program.instructionSet
    // memset has its own suite; of the other numberings only what is numbered differently.
    const instructions = INSTRUCTIONS.filter(({ id, kind, opcodes }) => {
      const opcode = set.opcodes[id]!
      return opcode >= 0 && kind !== 'memset' && (set.name === 'gp-0.7.2' || opcode !== opcodes.gp072)
    })
    it.each(instructions.map(instruction => [instruction.name, instruction] as const))('%s', (_each, instruction) => {
      const { text: source, variants } = textOf(instruction)
      const { program, labels }: { program: Program; labels: ReadonlyMap<string, number> } = programOf(source, rule)
      const pair = [createVm(program, options), oracle.instantiate(program, options)] as const
      const stores = instruction.kind === 'store'
      const pairs = pairsOf(instruction)
      const equal = both(operandsOf(instruction))
      for (let variant = 0; variant < variants; variant++) {
        const entry = labels.get(`v${variant}`)!
        // The second half of the variants has the same register everywhere.
        for (const [left, right] of variant < variants / 2 ? pairs : equal) compare(...pair, entry, left, right)
        if (stores) expect(sameMemory(...pair), `memory behind variant ${variant} of ${source}`).toBe(true)
      }
      for (const vm of pair) vm.dispose()
    })
  })
}
