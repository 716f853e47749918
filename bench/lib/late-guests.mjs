// Guests that a deadline has to stop, and machines that run them. Not the measurement: micro/deadline.mjs, micro/deadline-cold.mjs.
import { join, resolve } from 'node:path'
import { DIST } from './programs.mjs'

/** The build that is measured; `COULIS_DIST` names another one. */
const dist = resolve(process.env.COULIS_DIST ?? DIST)
export const coulis = await import(join(dist, 'index.js'))
const { createHost, createInnerMachines } = await import(join(dist, 'host/index.js'))

/** A loop that calls so many functions, each once a turn. */
function manyFunctions(count) {
  const numbers = Array.from({ length: count }, (_, i) => i)
  const calls = numbers.map(i => `load_imm_jump r0, &back${i}, @f${i}\n@back${i}:`).join('\n')
  const bodies = numbers.map(i => `@f${i}:\nadd_imm_64 r7, r7, ${i}\nxor r8, r8, r7\nmul_64 r9, r9, r8\njump_ind r0`)
  return `fallthrough\n@loop:\n${calls}\njump @loop\n${bodies.join('\n')}`
}

/** What the inner machines run: a loop without an end. */
const CHILD = coulis.assemble('@loop:\nadd_imm_64 r7, r7, 1\njump @loop', { format: 'raw' }).bytes
export const GUESTS = {
  loop: '@loop:\nadd_imm_64 r7, r7, 1\nxor r8, r8, r7\nmul_64 r9, r8, r7\njump @loop',
  'new pages': `load_imm r8, 0x7f000000
    sbrk r9, r8
    fallthrough\n@again:\nmove_reg r7, r9
    fallthrough\n@loop:\nstore_ind_u8 r8, [r7]\nadd_imm_64 r7, r7, 4096\nbranch_lt_u_imm r7, 0x70000000, @loop\njump @again`,
  sbrk: 'load_imm r8, 1\nfallthrough\n@loop:\nsbrk r7, r8\njump @loop',
  'sbrk of much': 'load_imm r8, 0x1000000\nfallthrough\n@loop:\nsbrk r7, r8\njump @loop',
  'host calls': '@loop:\necalli 1\njump @loop',
  'many functions': manyFunctions(400),
  'sorting memory': `load_imm r8, 0x200000
    sbrk r9, r8
    fallthrough\n@again:\nmove_reg r7, r9\nload_imm r10, 0
    fallthrough\n@pass:\nload_ind_u64 r2, [r7]\nload_ind_u64 r3, [r7 + 8]\nmul_imm_64 r2, r2, 31\nadd_64 r2, r2, r10
    branch_lt_u r2, r3, @next\nstore_ind_u64 r3, [r7]\nstore_ind_u64 r2, [r7 + 8]
    fallthrough\n@next:\nadd_imm_64 r7, r7, 8\nadd_imm_64 r10, r10, 1\nbranch_lt_u_imm r10, 0x3fff0, @pass\njump @again`,
  'child machines': `@loop:\nload_imm r7, 0x20000\nload_imm r8, ${CHILD.length}\nload_imm r9, 0\necalli 8
    load_imm r2, 0x3fffffff\nstore_u64 r2, [0x21000]\nload_imm r8, 0x21000\nmove_reg r11, r7\necalli 12
    move_reg r7, r11\necalli 13\njump @loop`,
  'an endless child': `load_imm r7, 0x20000\nload_imm r8, ${CHILD.length}\nload_imm r9, 0\necalli 8\nmove_reg r11, r7
    fallthrough\n@loop:\nload_imm_64 r2, 0x3fffffffffffff\nstore_u64 r2, [0x21000]\nload_imm r8, 0x21000\nmove_reg r7, r11\necalli 12\njump @loop`,
  'slow host calls': '@loop:\necalli 2\njump @loop',
  'fast then new pages': `load_imm r8, 0x7f000000
    sbrk r9, r8
    fallthrough\n@again:\nmove_reg r7, r9\nload_imm r10, 0x100000
    fallthrough\n@fast:\nadd_imm_64 r10, r10, -1\nbranch_ne_imm r10, 0, @fast
    fallthrough\n@loop:\nstore_ind_u8 r8, [r7]\nadd_imm_64 r7, r7, 4096\nbranch_lt_u_imm r7, 0x70000000, @loop\njump @again`,
}

/** Looks at the clock for so many milliseconds, and does nothing else. */
export const spin = ms => {
  for (const until = performance.now() + ms; performance.now() < until; );
}
const entries = [
  undefined,
  { name: 'fast', price: 10, call: () => undefined },
  { name: 'slow', price: 10, call: () => spin(0.5) },
]

/** A machine of an engine that will run the guest. */
export function machine(kind, text) {
  const children = text.includes('ecalli 12') ? createInnerMachines({ kind }) : undefined
  const options = {
    host: children === undefined ? { entry: index => entries[index] } : createHost(children.handlers),
    pages: [{ address: 0x20000, length: 0x2000, access: coulis.Access.Write }],
    memory: [{ address: 0x20000, bytes: CHILD }],
    gas: 2n ** 62n,
    heap: { start: 0x40000, limit: 0x80000000 },
  }
  return coulis.createEngine({ kind }).instantiate(coulis.loadProgram(coulis.assemble(text).bytes), options)
}
