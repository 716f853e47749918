// A machine with typeberry's interface as the suites use it, ours and its peers', and what can be seen of it. Not a peer: peers.ts.

import { createTypeberryPvm } from '../../src/compat/typeberry.ts'
import type { Mapping, MemoryChunk } from '../../src/engine/engine.ts'
import type { EngineKind } from '../../src/index.ts'

/** typeberry's interface, without its brands. */
export interface Pvm {
  readonly gas: {
    initialGas: number | bigint
    get(): number | bigint
    set(gas: number | bigint): void
    sub(gas: number | bigint): boolean
    used(): number | bigint
  }
  readonly registers: { getAllEncoded(): Uint8Array; setAllEncoded(bytes: Uint8Array): void }
  readonly memory: {
    store(address: number, bytes: Uint8Array): MemoryAnswer
    read(address: number, into: Uint8Array): MemoryAnswer
  }
  resetJam(program: Uint8Array, args: Uint8Array, pc: number, gas: number | bigint): void
  resetGeneric(program: Uint8Array, pc: number, gas: number | bigint): void
  runProgram(): void
  getStatus(): number
  getPC(): number
  getExitParam(): number | null
}

type MemoryAnswer =
  | { readonly isOk: true; readonly isError: false }
  | { readonly isOk: false; readonly isError: true; readonly error: { readonly address: number } }

/** How a plain program starts, beyond what the interface can say. */
export interface Start {
  readonly program: Uint8Array
  readonly pc: number
  readonly gas: bigint
  readonly regs: BigUint64Array
  readonly pages: readonly Mapping[]
  readonly memory: readonly MemoryChunk[]
}

/** A machine and a way to give it memory. */
export interface Client {
  readonly name: string
  readonly pvm: Pvm
  load(start: Start): void
}

/** Ours, on one engine. */
export function ours(engine: EngineKind): Client {
  const pvm = createTypeberryPvm({ engine })
  return {
    name: engine,
    pvm,
    load(start) {
      pvm.resetGeneric(start.program, start.pc, start.gas)
      for (const { address, length, access } of start.pages)
        pvm.vm.memory.protect(address / 4096, length / 4096, access)
      for (const { address, bytes } of start.memory) pvm.vm.memory.load(address, bytes)
      pvm.registers.setAllEncoded(new Uint8Array(start.regs.slice().buffer))
    },
  }
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}

/** Registers as a text, without those that are 0. */
export function registersOf(pvm: Pvm): string {
  const values = new BigUint64Array(pvm.registers.getAllEncoded().slice().buffer)
  return [...values].flatMap((value, i) => (value === 0n ? [] : [`r${i}=0x${value.toString(16)}`])).join(' ')
}

/** A range as hex, or the page that is not readable. */
export function read(pvm: Pvm, address: number, length: number): string {
  const into = new Uint8Array(length)
  const answer = pvm.memory.read(address, into)
  return answer.isOk ? hex(into) : `fault 0x${answer.error.address.toString(16)}`
}

/** Everything that a machine tells when it stops. The exit's argument is defined for host calls and faults only. */
export function stateOf(pvm: Pvm): string {
  const status = pvm.getStatus()
  const argument = status === 2 || status === 3 ? ` (${pvm.getExitParam()})` : ''
  return `status ${status}${argument} pc ${pvm.getPC()} gas ${BigInt(pvm.gas.get())} used ${BigInt(pvm.gas.used())} ${registersOf(pvm)}`
}
