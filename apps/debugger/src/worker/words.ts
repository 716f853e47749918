// What a host call asks, in words, with the machine in front of it. Not what it answers: that is in the past of the run.
import type { Vm } from 'coulis'

const hex = (value: bigint | number): string => `0x${value.toString(16)}`

const LONGEST = 240
const MOST = 256n
const SELF = 2n ** 64n - 1n

function bytesText(vm: Vm, address: bigint, length: bigint): string {
  if (length === 0n) return '""'
  const bytes = new Uint8Array(Number(length > MOST ? MOST : length))
  if (address >= 2n ** 32n || vm.memory.read(Number(address), bytes) !== 0) return `${hex(address)} (not readable)`
  const isText = bytes.every(byte => byte >= 32 && byte < 127)
  const shown = isText
    ? JSON.stringify(String.fromCharCode(...bytes))
    : `0x${[...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')}`
  return `${shown.slice(0, LONGEST)}${length > MOST || shown.length > LONGEST ? '…' : ''}`
}

/** A part of what is asked: a word, how it is shown, and the registers it is in. */
type Part = readonly [
  word: string,
  kind: 'number' | 'address' | 'service' | 'bytes' | 'hash',
  register: number,
  length?: number,
]

/** Arguments by call, the same numbers of registers in 0.7.2 and 0.8.0 (GP B.6 to B.9, JIP-1). */
const ASKED: Readonly<Record<string, readonly Part[]>> = {
  gas: [],
  grow_heap: [['to page', 'number', 7]],
  fetch: [
    ['selector', 'number', 10],
    ['a', 'number', 11],
    ['b', 'number', 12],
    ['into', 'address', 7],
  ],
  lookup: [
    ['of service', 'service', 7],
    ['hash', 'hash', 8],
    ['into', 'address', 9],
  ],
  read: [
    ['of service', 'service', 7],
    ['key', 'bytes', 8, 9],
    ['into', 'address', 10],
  ],
  write: [
    ['key', 'bytes', 7, 8],
    ['value', 'bytes', 9, 10],
  ],
  info: [
    ['of service', 'service', 7],
    ['into', 'address', 8],
  ],
  historical_lookup: [
    ['of service', 'service', 7],
    ['hash', 'hash', 8],
    ['into', 'address', 9],
  ],
  export: [['segment', 'bytes', 7, 8]],
  machine: [
    ['code', 'bytes', 7, 8],
    ['pc', 'number', 9],
  ],
  peek: [
    ['machine', 'number', 7],
    ['from', 'address', 9],
    ['into', 'address', 8],
    ['bytes', 'number', 10],
  ],
  poke: [
    ['machine', 'number', 7],
    ['from', 'address', 8],
    ['into', 'address', 9],
    ['bytes', 'number', 10],
  ],
  pages: [
    ['machine', 'number', 7],
    ['page', 'number', 8],
    ['count', 'number', 9],
    ['rights', 'number', 10],
  ],
  invoke: [
    ['machine', 'number', 7],
    ['gas and registers at', 'address', 8],
  ],
  expunge: [['machine', 'number', 7]],
  bless: [
    ['manager', 'number', 7],
    ['assigners at', 'address', 8],
    ['delegator', 'number', 9],
    ['registrar', 'number', 10],
    ['always at', 'address', 11],
    ['services', 'number', 12],
  ],
  assign: [
    ['core', 'number', 7],
    ['queue at', 'address', 8],
    ['assigner', 'number', 9],
  ],
  designate: [['validators at', 'address', 7]],
  checkpoint: [],
  new: [
    ['code hash', 'hash', 7],
    ['length', 'number', 8],
    ['item gas', 'number', 9],
    ['memo gas', 'number', 10],
    ['gratis', 'number', 11],
    ['id', 'number', 12],
  ],
  upgrade: [
    ['code hash', 'hash', 7],
    ['item gas', 'number', 8],
    ['memo gas', 'number', 9],
  ],
  transfer: [
    ['to service', 'number', 7],
    ['amount', 'number', 8],
    ['gas', 'number', 9],
    ['memo at', 'address', 10],
  ],
  eject: [
    ['service', 'number', 7],
    ['hash', 'hash', 8],
  ],
  query: [
    ['hash', 'hash', 7],
    ['length', 'number', 8],
  ],
  solicit: [
    ['hash', 'hash', 7],
    ['length', 'number', 8],
  ],
  forget: [
    ['hash', 'hash', 7],
    ['length', 'number', 8],
  ],
  yield: [['hash', 'hash', 7]],
  provide: [
    ['for service', 'service', 7],
    ['data', 'bytes', 8, 9],
  ],
  log: [['', 'bytes', 10, 11]],
}

const LEVELS = ['fatal', 'warning', 'info', 'debug', 'trace']

/** A log message: how important, from where, and what. */
function logText(vm: Vm): string {
  const level = vm.regs[7]!
  const [target, length] = [vm.regs[8]!, vm.regs[9]!]
  const from = length === 0n ? '' : `, from ${bytesText(vm, target, length)}`
  return `${bytesText(vm, vm.regs[10]!, vm.regs[11]!)} (${LEVELS[Number(level)] ?? `level ${level}`}${from})`
}

/** What the call of this name asks; of a call without a name, its registers. */
export function callWords(name: string | undefined, vm: Vm): string {
  if (name === 'log') return logText(vm)
  const parts = name === undefined || !Object.hasOwn(ASKED, name) ? undefined : ASKED[name]
  if (parts === undefined)
    return [7, 8, 9, 10, 11, 12].map(register => `r${register}=${hex(vm.regs[register]!)}`).join(' ')
  const said = parts.flatMap(([word, kind, register, length]) => {
    const value = vm.regs[register]!
    if (kind === 'service') return value === SELF ? [] : [`${word} ${value}`]
    if (kind === 'bytes') return [`${word} ${bytesText(vm, value, vm.regs[length!]!)}`]
    if (kind === 'hash') return [`${word} ${bytesText(vm, value, 32n)}`]
    return [`${word} ${kind === 'address' ? hex(value) : value.toLocaleString('en-US')}`]
  })
  return said.join(', ').replace(/, into /, ' into ')
}
