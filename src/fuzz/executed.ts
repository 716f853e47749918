// Which instructions of a case are executed at all: what a reducer may take out at once. Not a coverage of anything else.

import { BlobError } from '../blob/error.ts'
import { createEngine } from '../engine/create.ts'
import type { Vm } from '../engine/engine.ts'
import { Exit } from '../engine/exit.ts'
import { type FuzzCase, programOfCase } from './case.ts'
import type { HostLog } from './host-log.ts'
import { attempt, enter, optionsOf } from './machines.ts'
import { Random } from './random.ts'
import { react, reactToThrow } from './reactions.ts'

/** Steps at a time: enough for any case's run, short of what a counter gone wrong takes. */
const SOON = 400_000

/** Goes through a case on the reference machine; `until` sees it after every action and says when that is enough. */
function follow(
  fuzz: FuzzCase,
  begin: (vm: Vm) => void,
  action: (position: number) => number,
  until: (vm: Vm, exit: Exit | undefined) => boolean,
): boolean {
  const log: HostLog = { calls: 0, sinceStart: 0, digest: 0 }
  try {
    const vm = createEngine({ kind: 'reference' }).instantiate(programOfCase(fuzz), optionsOf(fuzz, log))
    const random = new Random(fuzz.salt)
    for (const entry of fuzz.entries) {
      enter(vm, entry)
      begin(vm)
      log.sinceStart = 0
      for (let position = 1, more = true; more && position <= fuzz.exits; position++) {
        const { exit, error } = attempt(vm, action(position))
        if (error !== undefined || until(vm, exit)) return false
        random.reseed(fuzz.salt, position)
        more = exit === undefined ? reactToThrow(vm, random) : react(vm, exit, random)
      }
    }
    vm.dispose()
    return true
  } catch (error) {
    if (!(error instanceof BlobError)) throw error
    return false
  }
}

/** Offsets of the instructions that the reference machine executes, or stops at. Empty for a program the loader refuses. */
export function executedBy(fuzz: FuzzCase): Set<number> {
  const seen = new Set<number>()
  const look = (vm: Vm): void => {
    vm.tracer = ({ pc }) => seen.add(pc)
    seen.add(vm.pc)
  }
  follow(
    fuzz,
    look,
    position => fuzz.schedule[(position - 1) % fuzz.schedule.length]!,
    vm => {
      seen.add(vm.pc)
      return false
    },
  )
  return seen
}

/** Whether a case comes to its end: with gas near 2^63 one whose counter was taken out would not. */
export function endsSoon(fuzz: FuzzCase): boolean {
  const steps = (position: number): number => {
    const action = fuzz.schedule[(position - 1) % fuzz.schedule.length]!
    return action > 0 ? action : SOON
  }
  let wanted = 0
  return follow(
    fuzz,
    () => {},
    position => {
      wanted = steps(position)
      return wanted
    },
    (_, exit) => exit === Exit.Step && wanted === SOON,
  )
}
