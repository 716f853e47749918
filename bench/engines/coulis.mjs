// Runs benchmark programs on coulis itself: `--engine reference|interpreter|recompiler|auto`. Uses the built package in dist/.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { adapterArguments, measureAll } from '../lib/measure.mjs'
import { entryOf, ROOT } from '../lib/programs.mjs'

const { Access, createEngine, exitName, loadProgram } = await import(entryOf('index'))
const { createHost } = await import(entryOf('host'))
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const { engine: kind = 'auto' } = adapterArguments()

/** Host call 1 adds 1 to r7; host call 2 reads 32 bytes at r7 and writes their wrapping u64 sum at r8. */
const host = createHost({ 1: { price: 0, call: increment }, 2: { price: 0, call: sum } })

function increment(vm) {
  vm.regs[7] = vm.regs[7] + 1n
}

function sum(vm) {
  const { memory, regs32 } = vm
  const at = regs32[14]
  const total = memory.readU64(at) + memory.readU64(at + 8) + memory.readU64(at + 16) + memory.readU64(at + 24)
  memory.writeU64(regs32[16], total)
}

await measureAll({ engine: 'coulis', version, variant: kind }, program => {
  const engine = createEngine({ kind })
  const loaded = loadProgram(program.blob, { kind: 'raw', profile: 'gp-0.7.2' })
  const start = {
    regs: program.regs,
    entry: program.pc,
    gas: program.gas,
    pages: program.pages.map(p => ({ ...p, access: p.writable ? Access.Write : Access.Read })),
    memory: program.memory.map(c => ({ address: c.address, bytes: c.contents })),
    host,
  }
  return {
    instance() {
      const vm = engine.instantiate(loaded, start)
      return {
        run() {
          const status = exitName(vm.run())
          return { status, r7: vm.regs[7], r8: vm.regs[8], gasUsed: vm.gasUsed }
        },
        dispose: () => vm.dispose(),
      }
    },
  }
})
