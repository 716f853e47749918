// That nothing has to be made for the first inner machine of a process while time counts.
import { expect, it } from 'vitest'
import { poolState } from '../../src/engine/machine/residence.ts'
import { createHost, createInnerMachines } from '../../src/host/index.ts'
import { Access, assemble, createEngine, Exit, loadProgram } from '../../src/index.ts'

const CHILD = assemble('add_imm_64 r7, r7, 1\ntrap', { format: 'raw' }).bytes
const AT = 0x20000
const OUTER = `load_imm r7, ${AT}
load_imm r8, ${CHILD.length}
load_imm r9, 0
ecalli 8
load_imm r2, 1000
store_u64 r2, [${AT + 4096}]
load_imm r8, ${AT + 4096}
ecalli 12
trap`

it('the first inner machine runs in a memory that was there before the outer one began', () => {
  const total = (): number => poolState().idle + poolState().resident
  expect(total()).toBe(0)
  const { handlers, machines } = createInnerMachines({ kind: 'interpreter' })
  expect(poolState()).toMatchObject({ idle: 2, resident: 0 })
  createInnerMachines()
  expect(total()).toBe(2)
  const vm = createEngine({ kind: 'interpreter' }).instantiate(loadProgram(assemble(OUTER).bytes), {
    gas: 10_000n,
    host: createHost(handlers),
    pages: [{ address: AT, length: 8192, access: Access.Write }],
    memory: [{ address: AT, bytes: CHILD }],
  })
  expect(vm.run()).toBe(Exit.Panic)
  expect([vm.regs[7], machines.size]).toEqual([BigInt(Exit.Panic), 1])
  expect(total()).toBe(2)
})
