// The registers of 32-bit programs hold 32 bits, sign-extended to the machine's 64. Instructions keep them so. What a host has
// written is sign-extended here, before the guest goes on. PolkaVM does the same when its registers are written.
import type { Program } from '../program/program.ts'
import type { HostEntry, HostTable } from './engine.ts'

/** Fills the upper half of each register with the sign of its lower half. */
function narrowRegisters(halves: Uint32Array): void {
  for (let low = 0; low < 26; low += 2) halves[low + 1] = halves[low]! & 0x80000000 ? 0xffffffff : 0
}

/** Sign-extends the registers at the beginning of a run, because somebody may have written them between runs. */
export function narrowFor(program: Program, halves: Uint32Array): void {
  if (program.bits === 32) narrowRegisters(halves)
}

/** The host as the machine of a program calls it. For a 32-bit program, registers are sign-extended behind each call. */
export function hostFor(program: Program, host: HostTable | undefined): HostTable | undefined {
  return program.bits === 64 || host === undefined ? host : narrowHost(host)
}

function narrowHost(host: HostTable): HostTable {
  const wrapped = new Map<number, { readonly of: HostEntry; readonly entry: HostEntry }>()
  return {
    ...(host.version && { version: host.version }),
    entry(index) {
      const of = host.entry(index)
      if (of === undefined) return undefined
      const known = wrapped.get(index)
      if (known?.of === of) return known.entry
      const { name, price, call } = of
      const entry: HostEntry = {
        name,
        price,
        call(vm, at) {
          const action = call(vm, at) // behind a promise the next run begins, which sign-extends the registers too
          if (!vm.isDisposed) narrowRegisters(vm.regs32)
          return action
        },
      }
      wrapped.set(index, { of, entry })
      return entry
    },
  }
}
