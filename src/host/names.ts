// Which number a host call has in which protocol version (GP B.6 to B.9, JIP-1). Not what the calls do or cost.
import type { Profile } from '../program/profile.ts'

/** Protocol versions with a host-call table of their own. */
export type HostVersion = Exclude<Profile['hostCalls'], 'free'>

/** Every host call: name, number in GP 0.7.2, in GP 0.8.0, in GP main; null where the version does not have it. */
const CALLS = [
  ['gas', 0, 0, 0],
  ['grow_heap', null, 1, 1],
  ['fetch', 1, 2, 2],
  ['lookup', 2, 3, 3],
  ['read', 3, 4, 4],
  ['write', 4, 5, 5],
  ['info', 5, 6, 6],
  ['historical_lookup', 6, 7, 7],
  ['export', 7, 8, 8],
  ['compile', null, null, 9],
  ['machine', 8, 9, 10],
  ['peek', 9, 10, 11],
  ['poke', 10, 11, 12],
  ['pages', 11, 12, 13],
  ['invoke', 12, 13, 14],
  ['expunge', 13, 14, 15],
  ['bless', 14, 15, 16],
  ['assign', 15, 16, 17],
  ['designate', 16, 17, 18],
  ['checkpoint', 17, 18, 19],
  ['new', 18, 19, 20],
  ['upgrade', 19, 20, 21],
  ['transfer', 20, 21, 22],
  ['eject', 21, 22, 23],
  ['query', 22, 23, 24],
  ['solicit', 23, 24, 25],
  ['forget', 24, 25, 26],
  ['yield', 25, 26, 27],
  ['provide', 26, 27, 28],
  ['log', 100, 100, 100],
] as const

/** The name of a host call, as the Gray Paper and JIP-1 write it. */
export type HostCallName = (typeof CALLS)[number][0]

/** The names of all host calls of any version. */
export const HOST_CALL_NAMES: readonly HostCallName[] = CALLS.map(([name]) => name)

const VERSIONS: readonly HostVersion[] = ['gp-0.7.2', 'gp-0.8.0', 'gp-main']

function numbersOf(version: HostVersion): ReadonlyMap<HostCallName, number> {
  const numbers = new Map<HostCallName, number>()
  for (const [name, ...columns] of CALLS) {
    const number = columns[VERSIONS.indexOf(version)]
    if (typeof number === 'number') numbers.set(name, number)
  }
  return numbers
}

const NUMBERS: Readonly<Record<HostVersion, ReadonlyMap<HostCallName, number>>> = {
  'gp-0.7.2': numbersOf('gp-0.7.2'),
  'gp-0.8.0': numbersOf('gp-0.8.0'),
  'gp-main': numbersOf('gp-main'),
}

function namesOf(version: HostVersion): ReadonlyMap<number, HostCallName> {
  return new Map([...NUMBERS[version]].map(([name, number]) => [number, name]))
}

const NAMES: Readonly<Record<HostVersion, ReadonlyMap<number, HostCallName>>> = {
  'gp-0.7.2': namesOf('gp-0.7.2'),
  'gp-0.8.0': namesOf('gp-0.8.0'),
  'gp-main': namesOf('gp-main'),
}

/** The number of a host call, or undefined where the version has none of that name. */
export function hostCallNumber(name: string, version: HostVersion): number | undefined {
  return NUMBERS[version].get(name as HostCallName)
}

/** The name of a host call, or undefined where the version does not define the number. */
export function hostCallName(index: number, version: HostVersion): HostCallName | undefined {
  return NAMES[version].get(index)
}
