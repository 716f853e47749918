// `coulis serve`: test cases in, results out, one JSON each, for harnesses that keep a process. Not the comparing: conform.ts.
import type { Command } from 'commander'
import { nonZero } from '../compat/page-map.ts'
import { isObject, type JsonObject, listOf, numberOf, objectOf, parseJson, VectorError } from '../conform/json.ts'
import { vectorProgram, vectorStart } from '../conform/vector.ts'
import type { Engine, EngineKind, MemoryChunk } from '../engine/engine.ts'
import { Exit, exitName } from '../engine/exit.ts'
import type { InstructionSetName } from '../isa/set.ts'
import type { Profile, ProfileName } from '../program/profile.ts'
import { engineOf } from './engine-of.ts'
import { heatCacheOption } from './heat-cache.ts'
import { engineOption, isaOption, profileOption } from './options.ts'
import { rulesOf } from './rules.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly engine?: EngineKind
  readonly heatCache?: string
  readonly profile?: ProfileName
  readonly isa?: InstructionSetName
}

function chunks(list: readonly MemoryChunk[]): string {
  return `[${list.map(({ address, bytes }) => `{"address":${address},"contents":[${bytes.join()}]}`).join()}]`
}

/** A case with the results in place of what it expects. Written out here: numbers of 64 bits stand in it as numbers. */
function answer(text: string, engine: Engine, profile: Profile): string {
  const vector: JsonObject = objectOf(parseJson(text), 'case')
  const { name = 'unnamed' } = vector
  const program = vectorProgram(vector, profile)
  const start = vectorStart(vector)
  const vm = engine.instantiate(program, start)
  try {
    const initial = Array.from(vm.regs)
    const exit = vm.run()
    const pages = listOf(vector['initial-page-map'] ?? [], 'initial-page-map').filter(isObject)
    const fields = [
      `"name":${JSON.stringify(String(name))}`,
      `"initial-regs":[${initial.join()}]`,
      `"initial-pc":${numberOf(vector['initial-pc'] ?? 0, 'initial-pc')}`,
      `"initial-page-map":${JSON.stringify(pages)}`,
      `"initial-memory":${chunks(start.memory ?? [])}`,
      `"initial-gas":${start.gas}`,
      `"program":[${program.container.kind === 'raw' ? listOf(vector.program, 'program').join() : ''}]`,
      `"expected-status":"${exitName(exit)}"`,
      `"expected-regs":[${vm.regs.join()}]`,
      `"expected-pc":${vm.pc}`,
      `"expected-memory":${chunks(nonZero(vm))}`,
      `"expected-gas":${vm.gas}`,
    ]
    if (exit === Exit.PageFault) fields.push(`"expected-page-fault-address":${vm.exitArg}`)
    if (exit === Exit.Host) fields.push(`"host-call":${vm.exitArg >>> 0}`)
    return `{${fields.join()}}`
  } finally {
    vm.dispose()
  }
}

/** Answers whatever comes, mistakes too: a harness waits for an answer. */
function safeAnswer(text: string, engine: Engine, profile: Profile): string {
  try {
    return answer(text, engine, profile)
  } catch (error) {
    const isTheirs = error instanceof VectorError || error instanceof RangeError || error instanceof TypeError
    if (!isTheirs && (error as { code?: unknown }).code === undefined) throw error
    return JSON.stringify({ error: (error as Error).message })
  }
}

/** Adds the command. */
export function addServe(program: Command, terminal: Terminal): void {
  program
    .command('serve')
    .description(
      'Reads test cases as JSON from standard input, an empty line behind each, and answers each with its results and an empty line. A case is a W3F vector; the answer is the case with its results as expected-… fields, or {"error": …}.',
    )
    .addOption(engineOption())
    .addOption(heatCacheOption())
    .addOption(profileOption())
    .addOption(isaOption())
    .addHelpText(
      'after',
      `
Examples:
  (cat vector.json; echo; echo) | coulis serve
  pvm-test-harness --pvm 'stdin=coulis serve' json vector.json`,
    )
    .action(async ({ engine: kind, heatCache, ...options }: Options) => {
      const engine = engineOf(kind, heatCache)
      const profile = rulesOf(options, 'w3f-vectors')
      let waiting = ''
      const take = (text: string): void => {
        if (text.trim() === '') return
        terminal.line(safeAnswer(text, engine, profile))
        terminal.line()
        terminal.flush()
      }
      process.stdin.setEncoding('utf8')
      for await (const part of process.stdin) {
        const cases = (waiting + part).split(/\r?\n\r?\n/)
        waiting = cases.pop()!
        for (const text of cases) take(text)
      }
      take(waiting)
    })
}
