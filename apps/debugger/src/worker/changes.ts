// Changes by hand: text to what is done to a machine. Not when they are made: session.ts.
import type { Vm } from 'coulis'
import { HostResult } from 'coulis/host'
import type { Change, Watch } from '../protocol.ts'

const MOST_BYTES = 2 ** 20
const PAGE = 4096

/** A number as people type it: decimal, 0x…, -1, or a result code of host calls, such as NONE. */
function wordOf(what: string, text: string): bigint {
  const dense = text.replace(/[\s,_]/g, '')
  const named = Object.entries(HostResult).find(([name]) => name === dense.toUpperCase())
  if (named !== undefined) return named[1]
  if (!/^(0x[0-9a-f]{1,16}|-?\d{1,20})$/i.test(dense)) throw new RangeError(`${what}: ${text} is no number of 64 bits`)
  const value = BigInt(dense)
  if (value >= 2n ** 64n || value < -(2n ** 63n)) throw new RangeError(`${what}: ${text} is no number of 64 bits`)
  return BigInt.asUintN(64, value)
}

function bytesOf(text: string): Uint8Array {
  const quoted = /^"(.*)"$/s.exec(text.trim())
  if (quoted !== null) return new TextEncoder().encode(quoted[1])
  const dense = text.replace(/\s+/g, '').replace(/^0x/i, '')
  if (!/^([0-9a-f]{2})*$/i.test(dense))
    throw new RangeError(`memory: ${text} is neither two hex digits a byte nor "text"`)
  const bytes = Uint8Array.from(dense.match(/../g) ?? [], pair => Number.parseInt(pair, 16))
  if (bytes.length > MOST_BYTES) throw new RangeError(`memory: ${bytes.length} bytes, ${MOST_BYTES} at most`)
  return bytes
}

function gasOf(text: string, left: bigint): bigint {
  const dense = text.replace(/[\s,_]/g, '')
  if (!/^-?\d{1,19}$/.test(dense)) throw new RangeError(`gas: ${text} is no number of gas`)
  const value = dense.startsWith('-') ? left + BigInt(dense) : BigInt(dense)
  if (value < 0n || value >= 2n ** 63n) throw new RangeError(`gas: ${value} would be left, 0 to 2^63 - 1 can be`)
  return value
}

/**
 * What a change does to a machine. Whatever is wrong with it is said before anything is done.
 *
 * @throws RangeError naming what is wrong.
 */
export function changeOf({ registers = [], memory = [], gas }: Change, vm: Vm): (vm: Vm) => void {
  const values = registers.map(([register, text]): [number, bigint] => {
    if (!Number.isInteger(register) || register < 0 || register > 12)
      throw new RangeError(`register: ${register} is none of 0 to 12`)
    return [register, wordOf(`r${register}`, text)]
  })
  const writes = memory.map(([address, text]): [number, Uint8Array] => {
    const bytes = bytesOf(text)
    const end = address + bytes.length
    if (!Number.isInteger(address) || address < 0 || end > 2 ** 32)
      throw new RangeError(`memory: ${address} is no address of ${bytes.length} bytes`)
    for (let at = address; at < end; at = (Math.floor(at / PAGE) + 1) * PAGE) {
      if (vm.memory.access(Math.floor(at / PAGE)) === 0)
        throw new RangeError(`memory: 0x${at.toString(16)} is not mapped`)
    }
    return [address, bytes]
  })
  const left = gas === undefined || gas.trim() === '' ? undefined : gasOf(gas, vm.gas)
  return machine => {
    for (const [register, value] of values) machine.regs[register] = value
    for (const [address, bytes] of writes) machine.memory.load(address, bytes)
    if (left !== undefined) machine.gas = left
  }
}

/** Whether a change writes to a register, or to a byte of a range. */
export function changes({ registers = [], memory = [] }: Change, watch: Watch): boolean {
  if ('register' in watch) return registers.some(([register]) => register === watch.register)
  const { address, length } = watch
  return memory.some(([at, text]) => at < address + length && address < at + bytesOf(text).length)
}

/** In words. */
export function changeText({ registers = [], memory = [], gas }: Change): string {
  const parts = [
    ...registers.map(([register]) => `r${register}`),
    ...memory.map(([address]) => `memory at 0x${address.toString(16)}`),
    ...(gas === undefined || gas.trim() === '' ? [] : ['gas']),
  ]
  return parts.length === 0 ? 'Nothing' : parts.join(', ')
}
