// Mistakes that a code generator could make, put into its modules one at a time: a check dropped, weakened, moved behind its
// access, another constant, right, width, local, label. Not what becomes of them: mutants.ts.
import type { Random } from '../../src/fuzz/random.ts'
import type { Body, Instruction, Taken } from './instructions.ts'

/** Opcodes of one type, which may stand for each other. */
const ALIKE: readonly (readonly number[])[] = [
  [0x28, 0x2d], // i32 loads
  [0x29, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35],
  [0x37, 0x3c, 0x3d, 0x3e],
  [0x6a, 0x6b, 0x71, 0x72, 0x73, 0x74, 0x76, 0x77, 0x78, 0x48, 0x49, 0x4b, 0x4f, 0x46, 0x47],
  [0x7c, 0x7d, 0x7e, 0x83, 0x84, 0x85, 0x86, 0x88],
  [0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a],
  [0xac, 0xad],
]

const constant = (value: bigint): Instruction => ({ op: 0x41, numbers: [value], takes: 0, puts: 1 })
const operator = (op: number, takes: number): Instruction => ({ op, numbers: [], takes, puts: 1 })

/** Where statements begin: places with nothing on the stack, of the straight code around `at`. */
function statements(instructions: readonly Instruction[], at: number): number[] {
  const isControl = (op: number): boolean => (op >= 0x02 && op <= 0x05) || op === 0x0b
  let from = at
  while (from > 0 && !isControl(instructions[from - 1]!.op)) from -= 1
  const starts = [from]
  for (let i = from, height = 0; i < instructions.length && !isControl(instructions[i]!.op); i++) {
    height += instructions[i]!.puts - instructions[i]!.takes
    if (height === 0) starts.push(i + 1)
  }
  return starts
}

type Change = (body: Body, at: number, random: Random) => string | undefined

const CHANGES: readonly Change[] = [
  // Another number: an offset, a constant, a local, a label, a function.
  ({ instructions }, at, random) => {
    const each = instructions[at]!
    if (each.numbers.length === 0 || each.op === 0x02 || each.op === 0x03 || each.op === 0x04) return undefined
    const k = random.below(each.numbers.length)
    const before = each.numbers[k]!
    const isConstant = each.op === 0x41 || each.op === 0x42
    const near = random.pick([1n, -1n, 2n, 4n, 8n, -8n, 16n, 4096n])
    const changed = isConstant
      ? random.pick([before + near, -before, before ^ (1n << BigInt(random.below(31))), 0n, before * 2n])
      : random.pick([before + near, before + 1n, 0n])
    const bits = each.op === 0x42 ? 64 : 32
    const value = isConstant ? BigInt.asIntN(bits, changed) : BigInt.asUintN(32, changed < 0n ? 0n : changed)
    if (value === before) return undefined
    instructions[at] = { ...each, numbers: each.numbers.with(k, value) }
    return `${each.op.toString(16)}: ${before} became ${value}`
  },
  // Another opcode of the type.
  ({ instructions }, at, random) => {
    const each = instructions[at]!
    const alike = ALIKE.find(ops => ops.includes(each.op))
    if (alike === undefined) return undefined
    const op = random.pick(alike)
    if (op === each.op) return undefined
    instructions[at] = { ...each, op }
    return `${each.op.toString(16)} became ${op.toString(16)}`
  },
  // A check that never fails, or fails when it should not.
  ({ instructions }, at, random) => {
    if (instructions[at]!.op !== 0x0d) return undefined
    const how = random.below(3)
    if (how === 0) instructions.splice(at, 0, constant(0n), operator(0x71, 2))
    else if (how === 1) instructions.splice(at, 0, operator(0x45, 1))
    else instructions.splice(at, 0, constant(1n), operator(0x71, 2))
    return ['a check made never to fail', 'a check turned round', 'a check weakened'][how]
  },
  // A statement dropped; two exchanged, so that a check stands behind its access; one said twice.
  (body, at, random) => {
    const starts = statements(body.instructions, at)
    const k = starts.findLastIndex(start => start <= at)
    const end = starts[k + 1]
    if (end === undefined) return undefined
    const before = body.instructions.slice(0, starts[k])
    const own = body.instructions.slice(starts[k], end)
    const how = random.below(3)
    if (how === 0) {
      body.instructions = [...before, ...body.instructions.slice(end)]
      return 'a statement dropped'
    }
    if (how === 1) {
      body.instructions = [...before, ...own, ...own, ...body.instructions.slice(end)]
      return 'a statement said twice'
    }
    const far = starts[Math.min(k + 1 + random.between(1, 3), starts.length - 1)]!
    if (far <= end) return undefined
    body.instructions = [...before, ...body.instructions.slice(end, far), ...own, ...body.instructions.slice(far)]
    return 'a statement moved behind others'
  },
  // Two neighbours exchanged.
  ({ instructions }, at) => {
    const [a, b] = [instructions[at], instructions[at + 1]]
    if (a === undefined || b === undefined || a.op === b.op) return undefined
    instructions[at] = b
    instructions[at + 1] = a
    return 'two instructions exchanged'
  },
]

/** Changes one place of a module's roots; what was done, undefined when there is nothing to do there. */
export function mutate({ bodies }: Taken, random: Random): string | undefined {
  const body = bodies[random.between(1, bodies.length - 1)]
  if (body === undefined) return undefined
  const at = random.below(body.instructions.length - 1)
  return random.pick(CHANGES)(body, at, random)
}
