// Which instructions of a case are executed at all: what a reducer may take out at once. Not a coverage of anything else.

import { BlobError } from '../blob/error.ts'
import { createEngine } from '../engine/create.ts'
import { type FuzzCase, programOfCase, startOptions } from './case.ts'
import { enter, perform } from './drive.ts'
import { Random } from './random.ts'
import { fuzzHost, react } from './reactions.ts'

/** Offsets of the instructions that the reference machine executes, or stops at. Empty for a program the loader refuses. */
export function executedBy(fuzz: FuzzCase): Set<number> {
  const seen = new Set<number>()
  const log = { calls: 0, sinceStart: 0, digest: 0 }
  const host = fuzz.hostCalls === 'call' ? { host: fuzzHost(fuzz.salt, new Random(fuzz.salt), log) } : {}
  try {
    const vm = createEngine({ kind: 'reference' }).instantiate(programOfCase(fuzz), { ...startOptions(fuzz), ...host })
    vm.tracer = ({ pc }) => seen.add(pc)
    const random = new Random(fuzz.salt)
    for (const entry of fuzz.entries) {
      enter(vm, entry)
      seen.add(vm.pc)
      log.sinceStart = 0
      for (let position = 1, more = true; more && position <= fuzz.exits; position++) {
        const exit = perform(vm, fuzz.schedule[(position - 1) % fuzz.schedule.length]!)
        seen.add(vm.pc)
        random.reseed(fuzz.salt, position)
        more = react(vm, exit, random)
      }
    }
    vm.dispose()
  } catch (error) {
    if (!(error instanceof BlobError)) throw error
  }
  return seen
}
