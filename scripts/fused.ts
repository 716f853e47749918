// Writes core/isa/fused.gen.h: the superinstructions of the C core's fast loop. Which ones: scripts/fused-sequences.ts.
import { type Expression, effectOf } from '../src/isa/semantics.ts'
import { INSTRUCTIONS, type Instruction, instructionNamed } from '../src/isa/table.ts'
import { SEQUENCES } from './fused-sequences.ts'
import { accessType, c } from './opcodes.ts'

/** The operand that is the result of the instruction before, so that its value need not come from memory. */
type Forwarded = 'A' | 'B' | undefined

export interface Step {
  readonly instruction: Instruction
  readonly forwarded: Forwarded
}

/** Operators whose operands may change places. */
const COMMUTATIVE = new Set(['add', 'mul', 'and', 'or', 'xor', 'eq', 'ne', 'add32', 'mul32'])

/** `add_64 xor:A`: names, and behind a colon the operand that is the result of the one before. */
export function parseSequence(text: string): readonly Step[] {
  return text.split(' ').map((word, at) => {
    const [name, operand] = word.split(':')
    const instruction = instructionNamed(name!)
    if (instruction === undefined) throw new Error(`${text}: ${name} is no instruction`)
    if (operand !== undefined && ((operand !== 'A' && operand !== 'B') || at === 0)) {
      throw new Error(`${text}: ${word}: an operand is A or B, and not of the first`)
    }
    return { instruction, forwarded: operand as Forwarded }
  })
}

/** C for an expression in which one operand is the value `v`. */
function withValue(expression: Expression, forwarded: Forwarded, v: string): string {
  if (forwarded === undefined) return c(expression)
  if (expression.is === 'operand') return expression.letter === forwarded ? v : expression.letter
  if (expression.is === 'constant') return c(expression)
  return `op_${expression.operator}(${expression.args.map(arg => withValue(arg, forwarded, v)).join(', ')})`
}

/** Whether A and B may change places. */
export function isCommutative(instruction: Instruction): boolean {
  const { assign, action } = effectOf(instruction.id)
  let value = assign?.value ?? action?.args[0]
  if (value?.is === 'apply' && value.operator === 'sx') value = value.args[0]
  if (value?.is !== 'apply' || !COMMUTATIVE.has(value.operator) || value.args.length !== 2) return false
  const letters = value.args.map(arg => (arg.is === 'apply' && arg.operator === 'w' ? arg.args[0] : arg))
  return letters.every((arg, i) => arg?.is === 'operand' && arg.letter === 'AB'[i])
}

/** One step as a macro of interpreter.c; `at` numbers its value. */
function stepText({ instruction, forwarded }: Step, at: number): string {
  const { assign, action } = effectOf(instruction.id)
  const text = (e: Expression): string => withValue(e, forwarded, `v${at - 1}`)
  switch (instruction.kind) {
    case 'alu':
      return `DO_ALU(v${at}, ${assign!.to}, ${text(assign!.value)})`
    case 'load':
      if (assign!.value.is !== 'apply') throw new Error(`${instruction.name}: not a load`)
      return `DO_LOAD(v${at}, ${accessType(instruction)}, ${text(assign!.value.args[0]!)})`
    case 'store': {
      const [address, value] = action!.args
      const slots = `slots_of(OP_${instruction.name.toUpperCase()})`
      return `DO_STORE(${slots}, ${accessType(instruction)}, ${text(address!)}, ${text(value!)})`
    }
    case 'branch':
      return `DO_BRANCH(${text(action!.args[0]!)})`
    case 'jump':
      return assign === undefined ? 'DO_JUMP()' : `DO_CALL(${c(assign.value)})`
    case 'fallthrough':
      return 'DO_JUMP()'
    case 'djump':
      if (assign !== undefined) break
      return `DO_JUMP_IND(${text(action!.args[0]!)})`
    default:
      break
  }
  throw new Error(`${instruction.name}: nothing is known about fusing it`)
}

/** A node of the tree of sequences: a single instruction, a sequence, or the beginning of one. */
interface Node {
  readonly index: number
  /** Number of the superinstruction; undefined where a sequence only begins. */
  op: number | undefined
  readonly steps: readonly Step[]
  readonly next: Edge[]
}

interface Edge {
  readonly step: Step
  readonly to: Node
}

const sameStep = (a: Step, b: Step): boolean => a.instruction === b.instruction && a.forwarded === b.forwarded

function buildTree(): { roots: readonly Node[]; fused: readonly Node[] } {
  const roots: Node[] = INSTRUCTIONS.map((instruction, index) => ({
    index,
    op: undefined,
    steps: [{ instruction, forwarded: undefined }],
    next: [],
  }))
  const fused: Node[] = []
  let count = 0
  for (const sequence of SEQUENCES) {
    const [first, ...rest] = parseSequence(sequence)
    let node = roots[first!.instruction.id]!
    for (const step of rest) {
      let edge = node.next.find(e => sameStep(e.step, step))
      if (edge === undefined) {
        const to: Node = { index: roots.length + fused.length, op: undefined, steps: [...node.steps, step], next: [] }
        fused.push(to)
        edge = { step, to }
        node.next.push(edge)
      }
      node = edge.to
    }
    node.op = count++
  }
  // What takes the value of the one before is tried first.
  for (const node of [...roots, ...fused]) {
    node.next.sort((a, b) => Number(b.step.forwarded !== undefined) - Number(a.step.forwarded !== undefined))
  }
  return { roots, fused }
}

/** Operands that must be the result of the one before: A 1, B 2, either 3 (they change places). */
function operandBits({ instruction, forwarded }: Step): number {
  if (forwarded === undefined) return 0
  if (isCommutative(instruction)) return 3
  return forwarded === 'A' ? 1 : 2
}

function rows(values: readonly (string | number)[]): string {
  const lines: string[] = []
  for (let at = 0; at < values.length; at += 16) lines.push(`  ${values.slice(at, at + 16).join(', ')},`)
  return lines.join('\n')
}

/**
 * The superinstruction for what has come to a node: its own, or one of the same instructions that takes fewer values from
 * the one before, which is right as well.
 */
function opOf(node: Node, fused: readonly Node[]): number | undefined {
  if (node.op !== undefined) return node.op
  const fits = (other: Node): boolean =>
    other.op !== undefined &&
    other.steps.length === node.steps.length &&
    other.steps.every(({ instruction, forwarded }, i) => {
      const step = node.steps[i]!
      return instruction === step.instruction && (forwarded === undefined || forwarded === step.forwarded)
    })
  return fused.find(fits)?.op
}

/** The text of core/isa/fused.gen.h. */
export function generateFused(): string {
  const { roots, fused } = buildTree()
  const nodes = [...roots, ...fused]
  const edges = nodes.flatMap(node => node.next)
  if (nodes.length > 256) throw new Error(`${nodes.length} nodes: their numbers are bytes`)
  const firsts = [0]
  for (const node of nodes) firsts.push(firsts[firsts.length - 1]! + node.next.length)
  const name = ({ instruction, forwarded }: Step): string => instruction.name + (forwarded ? `:${forwarded}` : '')
  const ops = fused.filter(node => node.op !== undefined).sort((a, b) => a.op! - b.op!)
  const cases = ops.map(({ op, steps }) => {
    const body = steps.map((step, at) => `  ${stepText(step, at)}`)
    return `case OP_FUSED + ${op}: { /* ${steps.map(name).join(' ')} */\n${body.join('\n')}\n  continue;\n}`
  })
  return [
    '/* Made by `npm run core` from scripts/fused-sequences.ts. Do not edit.',
    ' * Superinstructions: op OP_FUSED + n of a record stands for it and the records behind it. */',
    '#ifndef PVM_FUSED_CASES',
    `enum { FUSED_COUNT = ${ops.length} };\n`,
    '/* The first instruction of each. */',
    `static const uint8_t pvm_fused_first[FUSED_COUNT] = {\n${rows(ops.map(n => n.steps[0]!.instruction.id))}\n};\n`,
    '/* A tree: nodes are the instructions by id, then beginnings of sequences. Where an instruction goes on from a node. */',
    'typedef struct {',
    '  uint8_t id;     /* of the instruction that follows */',
    '  uint8_t takes;  /* the operand that has to be the result of the one before: 0 none, 1 A, 2 B, 3 A after B may change places with it */',
    '  uint8_t to;     /* the node */\n  uint8_t op;     /* its superinstruction, FUSED_COUNT where it is none */',
    '} pvm_fused_edge;',
    `static const pvm_fused_edge pvm_fused_edges[${edges.length}] = {`,
    ...edges.map(
      ({ step, to }) =>
        `  {${step.instruction.id}, ${operandBits(step)}, ${to.index}, ${opOf(to, fused) ?? ops.length}},`,
    ),
    '};\n',
    '/* First edge by node; those of the next node begin where its end. */',
    `static const uint16_t pvm_fused_edges_of[${firsts.length}] = {\n${rows(firsts)}\n};`,
    '#else',
    ...cases,
    '#endif',
    '',
  ].join('\n')
}
