// What one engine does with a case, as lines of text: for reports and golden tests. Not a comparison of machines.

import { PAGE_SIZE } from '../blob/address-space.ts'
import { createEngine } from '../engine/create.ts'
import type { EngineKind, Vm } from '../engine/engine.ts'
import { type FuzzCase, programOfCase } from './case.ts'
import type { HostLog } from './host-log.ts'
import { attempt, attemptName, enter, optionsOf, pagesLeft, programAt, remains } from './machines.ts'
import { Random } from './random.ts'
import { react, reactToThrow } from './reactions.ts'
import { withTiers } from './tiers.ts'

/** One number stands for all rights and contents. */
function memoryDigest(vm: Vm): string {
  let h = 0x811c9dc5
  for (const { page, count, access } of vm.memory.pages()) {
    for (let i = 0; i < Math.min(count, 256); i++) {
      const bytes = vm.memory.view((page + i) * PAGE_SIZE, PAGE_SIZE)!
      h = Math.imul(h ^ (page + i), 0x01000193) ^ access
      for (let k = 0; k < bytes.length; k++) if (bytes[k] !== 0) h = Math.imul(h ^ bytes[k]! ^ (k << 8), 0x01000193)
    }
  }
  return (h >>> 0).toString(16)
}

function state(vm: Vm, before: BigUint64Array): string {
  const { regs, exitArg, heapEnd } = vm
  const parts = [`at ${vm.pc}, gas ${vm.gas}`]
  if (exitArg !== 0) parts.unshift(`0x${(exitArg >>> 0).toString(16)}`)
  if (vm.charged) parts.push('charged')
  for (let r = 0; r < 13; r++) if (regs[r] !== before[r]) parts.push(`r${r}=0x${regs[r]!.toString(16)}`)
  if (heapEnd !== 0) parts.push(`heap 0x${heapEnd.toString(16)}`)
  return parts.join(', ').replace(', at ', ' at ')
}

/** What happens, exit by exit: how, where, gas, the registers that changed; behind it a digest of the memory. */
export function describeRun(fuzz: FuzzCase, kind: EngineKind): string[] {
  return withTiers(fuzz, () => describe(fuzz, kind))
}

function describe(fuzz: FuzzCase, kind: EngineKind): string[] {
  const lines: string[] = []
  const log: HostLog = { calls: 0, sinceStart: 0, digest: 0 }
  const program = programOfCase(fuzz)
  const engine = createEngine({ kind })
  let vm = engine.instantiate(program, optionsOf(fuzz, log))
  const random = new Random(fuzz.salt)
  fuzz.entries.forEach((entry, e) => {
    if (e > 0 && fuzz.between !== undefined) {
      const left = pagesLeft(vm)
      vm.dispose()
      vm = engine.instantiate(programAt(fuzz, e, program), optionsOf(fuzz, log))
      lines.push(`another machine, memory ${memoryDigest(vm)}, ${remains(vm, left) ?? 'nothing left'}`)
    }
    enter(vm, entry)
    log.sinceStart = 0
    let position = 0
    for (let left = fuzz.exits, more = true; more && left > 0; left--) {
      const before = vm.regs.slice()
      const result = attempt(vm, fuzz.schedule[position % fuzz.schedule.length]!)
      position += 1
      lines.push(`${attemptName(result)} ${state(vm, before)}`)
      random.reseed(fuzz.salt, position)
      more = result.exit === undefined ? reactToThrow(vm, random) : react(vm, result.exit, random)
    }
  })
  const calls = log.calls === 0 ? '' : `, ${log.calls} host calls ${(log.digest >>> 0).toString(16)}`
  lines.push(`memory ${memoryDigest(vm)}${calls}`)
  vm.dispose()
  return lines
}
