// What host calls cost (GP 0.7.2 B.5: 10 each; GP 0.8.0 and main I.4.5: a table). Not the charging: engine/host-call.ts does that.
import type { HostPrice, Vm } from '../engine/engine.ts'
import { INVOKE_BLOCK_SIZE } from './inner-constants.ts'
import { type HostCallName, type HostVersion, hostCallName } from './names.ts'
import { registerNumber } from './registers.ts'

/** GP 0.7.2 B.5: every host call. */
const FLAT = 10
/** GP 0.8.0 I.4.5: numbers that are no host call, or none offered here. `log` costs the same (JIP-1). */
const UNKNOWN_080 = 1000

/** ceil(L·n / 1024), with n the length a register asks for, an unbounded integer (GP 0.8.0 I.4.5). */
function perByte(rate: bigint, length: bigint): bigint {
  return (rate * length + 1023n) / 1024n
}

/** A constant and a rate per byte asked for in a register. */
function priced(constant: bigint, rate: bigint, register: number): HostPrice {
  return vm => constant + perByte(rate, vm.regs[register]!)
}

/** The price of `fetch` has a constant by selector r10, and a rate for r9 bytes. */
const FETCH: readonly (readonly [constant: bigint, rate: bigint])[] = [
  [390n, 0n],
  [103n, 0n],
  [80n, 96n],
  [85n, 96n],
  [85n, 96n],
  [171n, 0n],
  [171n, 0n],
  [85n, 96n],
  [84n, 0n],
  [88n, 0n],
  [111n, 0n],
  [317n, 0n],
  [250n, 0n],
  [95n, 96n],
  [287n, 400n],
  [355n, 344n],
]

function fetchPrice(vm: Vm): bigint {
  const [constant, rate] = FETCH[registerNumber(vm, 10)] ?? [80n, 0n]
  return constant + perByte(rate, vm.regs[9]!)
}

function pagesPrice(vm: Vm): bigint {
  const count = vm.regs[9]!
  switch (registerNumber(vm, 10)) {
    case 0:
      return 212n + 118n * count
    case 1:
    case 2:
      return 275n + 121n * count
    case 3:
    case 4:
      return 130n + 29n * count
    default:
      return 80n
  }
}

/** The inner gas limit is taken together with the price; `invoke` gives back what is left of it. */
function invokePrice(vm: Vm): bigint {
  const address = registerNumber(vm, 8)
  if (!vm.memory.writable(address, INVOKE_BLOCK_SIZE)) return 968n
  return 968n + vm.memory.readU64(address)
}

/** compile: a rate per byte asked for, by where the blob comes from; nothing more in a mode that is none. */
function compilePrice(vm: Vm): bigint {
  const rate = [264n, 366n][registerNumber(vm, 7)] ?? 0n
  return 1862n + perByte(rate, vm.regs[9]!)
}

/** The prices of the calls that only gp-main has. */
const ONLY_MAIN = { compile: compilePrice } as const

const PRICES_080: Readonly<Record<Exclude<HostCallName, keyof typeof ONLY_MAIN>, HostPrice>> = {
  gas: 48,
  grow_heap: 275, // the query; builtins.ts has the price of growing
  fetch: fetchPrice,
  lookup: priced(600n, 248n, 11),
  read: vm => 2407n + perByte(1736n, vm.regs[9]!) + perByte(248n, vm.regs[12]!),
  write: vm => 2442n + perByte(3358n, vm.regs[8]!) + perByte(216n, vm.regs[10]!),
  info: 703,
  historical_lookup: priced(1125n, 264n, 11),
  export: 3521,
  machine: priced(1862n, 112n, 8),
  peek: priced(377n, 336n, 10),
  poke: priced(297n, 224n, 10),
  pages: pagesPrice,
  invoke: invokePrice,
  expunge: 335,
  bless: vm => 422n + 20n * vm.regs[12]!,
  assign: 1818,
  designate: vm => 1100n + 302n * vm.regs[8]!,
  checkpoint: 103,
  new: 3855,
  upgrade: 1028,
  transfer: 575, // r9 more when it succeeds, for the host function to take
  eject: 458,
  query: 643,
  solicit: 2193,
  forget: 3250,
  yield: 98,
  provide: priced(3980n, 2264n, 9),
  log: UNKNOWN_080,
}

/** Pull request #530: the blob is paid when it is compiled, not for each machine. */
const PRICES_MAIN: Readonly<Record<HostCallName, HostPrice>> = { ...PRICES_080, ...ONLY_MAIN, machine: 1862 }

/** The price of the host call `index`; that of an unknown one where the version has none. */
export function hostPrice(index: number, version: HostVersion | 'free'): HostPrice {
  if (version === 'free') return 0
  if (version === 'gp-0.7.2') return FLAT
  const name = hostCallName(index, version)
  if (name === undefined) return UNKNOWN_080
  return version === 'gp-main' ? PRICES_MAIN[name] : PRICES_080[name as keyof typeof PRICES_080]
}

/** The price of a host call that is not offered, whatever its number (GP 0.7.2 B.5; GP 0.8.0 I.4.5). */
export function unknownPrice(version: HostVersion | 'free'): number {
  return version === 'free' ? 0 : version === 'gp-0.7.2' ? FLAT : UNKNOWN_080
}
