// Opens what is to be debugged: a program with the options of `coulis run`, or a recorded trace. Not the debugging.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import type { EngineKind } from '../../engine/engine.ts'
import { hostCallName } from '../../host/names.ts'
import { createHistory } from '../../inside/create-history.ts'
import type { History } from '../../inside/history.ts'
import { historyOfTrace, type TraceDeparture } from '../../inside/recorded.ts'
import { Session } from '../../inside/session.ts'
import { type CodeLine, disassembleCode } from '../../isa/disassembler.ts'
import type { InstructionSetName } from '../../isa/set.ts'
import type { ProfileName } from '../../program/profile.ts'
import type { Program } from '../../program/program.ts'
import type { Symbols } from '../../program/symbols.ts'
import { looksLikeTrace, parseTrace } from '../../trace/parse.ts'
import { contractDebugHint } from '../debug-hint.ts'
import { engineOf } from '../engine-of.ts'
import { CliError, inFile } from '../errors.ts'
import { readBytes } from '../files.ts'
import { type HostChoice, hostOf, invocationOf } from '../host.ts'
import { type FileKind, type Loaded, loadFile } from '../load.ts'
import type { RegisterSetting } from '../registers.ts'
import { rulesOf } from '../rules.ts'
import { symbolsIn, symbolsOfFile } from '../source.ts'
import { formatLog, type StartSettings, startOf } from '../start.ts'
import { restoreState } from '../state-option.ts'

/** What is opened, and how it starts. */
export interface OpenOptions extends StartSettings {
  readonly reg?: readonly RegisterSetting[]
  readonly fromState?: string
  readonly host?: HostChoice
  readonly input?: readonly Uint8Array[]
  readonly kind?: FileKind
  readonly engine?: EngineKind
  readonly profile?: ProfileName
  readonly isa?: InstructionSetName
  /** Of a recorded trace, this program runs in place of the recorded one. */
  readonly program?: string
  /** A file to take names and lines from. */
  readonly symbols?: string
  /** Each stretch runs on the engine itself: engines are compared. */
  readonly ownEngine?: boolean
}

/** A program under the debugger, with what is known about it. */
export interface Opened {
  readonly file: string
  readonly session: Session
  readonly history: History
  readonly program: Program
  readonly symbols: Symbols | undefined
  /** Where a recorded run was left; undefined for programs that run by themselves. */
  readonly departure: (() => TraceDeparture | undefined) | undefined
  /** This finds the value of a label, function or data label. */
  nameValue(name: string): number | undefined
  /** All of those names, for completion. */
  readonly names: readonly string[]
  /** These are all instructions, in order. */
  readonly code: readonly CodeLine[]
  /** Where a source file is; undefined when it is not found. */
  sourceFile(path: string): string | undefined
  sourceLine(path: string, line: number): string | undefined
  hostName(index: number): string | undefined
}

const MAX_SOURCE = 16 * 2 ** 20

/** Source texts are found as absolute paths, beside the program, and from here. */
class Sources {
  readonly #beside: string
  readonly #texts = new Map<string, readonly string[]>()

  constructor(file: string) {
    this.#beside = dirname(file)
  }

  find(path: string): string | undefined {
    const places = isAbsolute(path) ? [path] : [join(this.#beside, path), join(this.#beside, basename(path)), path]
    return places.find(place => existsSync(place) && statSync(place).isFile() && statSync(place).size < MAX_SOURCE)
  }

  line(path: string, line: number): string | undefined {
    let lines = this.#texts.get(path)
    if (lines === undefined) {
      const found = this.find(path)
      lines = found === undefined ? [] : readFileSync(found, 'utf8').split(/\r?\n/)
      this.#texts.set(path, lines)
    }
    return lines[line - 1]
  }
}

interface Parts {
  readonly history: History
  readonly departure: Opened['departure']
  readonly loaded: Loaded | undefined
}

function openProgram(file: string, options: OpenOptions, say: (line: string) => void): Parts {
  const loaded = loadFile(file, options)
  for (const warning of loaded.warnings) say(`warning: ${warning}`)
  const hint = contractDebugHint(file, loaded, options)
  if (hint !== undefined) say(hint)
  const start = inFile(file, () => startOf(loaded, options))
  const settings = {
    choice: options.host,
    invocation: invocationOf(options.entry),
    inputs: options.input ?? [],
    onLog: (message: Parameters<typeof formatLog>[0]) => say(formatLog(message)),
  }
  const host = options.host === 'none' ? undefined : (start.host ?? hostOf(loaded.program, settings))
  const history = inFile(file, () =>
    createHistory({
      engine: engineOf(options.engine),
      program: loaded.program,
      start: { ...start, ...(host && { host }) },
      ownEngine: options.ownEngine === true,
    }),
  )
  if (options.fromState !== undefined || options.reg !== undefined) {
    history.edit(vm => {
      if (options.fromState !== undefined) restoreState(vm, options.fromState, options)
      for (const { index, value } of options.reg ?? []) vm.regs[index] = value
    })
  }
  return { history, departure: undefined, loaded }
}

/** What a record says already. */
const RECORDED = ['args', 'entry', 'pc', 'export', 'arg', 'gas', 'map', 'host', 'input', 'kind', 'fromState'] as const

function openTrace(file: string, text: string, options: OpenOptions): Parts {
  const wrong = RECORDED.find(name => options[name] !== undefined)
  if (wrong !== undefined) throw new CliError(`--${wrong}: the recorded trace says how the program runs`)
  const profile = rulesOf(options, 'gp-0.7.2')
  const { hostCalls } = profile
  const { profile: name = 'gp-0.7.2', isa } = options
  const loaded = options.program === undefined ? undefined : loadFile(options.program, { profile: name, isa })
  const hostName = (index: number): string | undefined =>
    hostCallName(index >>> 0, hostCalls === 'free' ? 'gp-0.7.2' : hostCalls)
  const { history, departure } = inFile(file, () =>
    historyOfTrace(parseTrace(text), {
      engine: engineOf(options.engine),
      profile,
      hostName,
      ownEngine: options.ownEngine === true,
      ...(loaded && { program: loaded.program }),
    }),
  )
  if (options.reg !== undefined) {
    history.edit(vm => {
      for (const { index, value } of options.reg ?? []) vm.regs[index] = value
    })
  }
  return { history, departure, loaded }
}

function symbolsOf(options: OpenOptions, program: Program, loaded: Loaded | undefined): Symbols | undefined {
  if (options.symbols === undefined) return loaded && symbolsIn(loaded)
  return symbolsOfFile(program, options.symbols)
}

/**
 * Opens a file: a recorded trace, or whatever `coulis run` takes. Nothing has run then.
 *
 * @param say where messages of the program go, and warnings.
 * @throws CliError naming the file and what is wrong.
 */
export function openFile(file: string, options: OpenOptions, say: (line: string) => void): Opened {
  const head = options.kind === undefined ? new TextDecoder().decode(readBytes(file)) : ''
  const isTrace = looksLikeTrace(head)
  if (!isTrace && options.program !== undefined)
    throw new CliError('--program: only in place of that of a recorded trace')
  const { history, departure, loaded } = isTrace ? openTrace(file, head, options) : openProgram(file, options, say)
  const { program } = history
  const symbols = symbolsOf(options, program, loaded)
  const values = new Map<string, number>(loaded?.assembled?.addresses ?? [])
  for (const { name, start } of symbols?.functions ?? []) values.set(name, start)
  for (const [pc, name] of loaded?.names ?? []) values.set(name, pc)
  let code: readonly CodeLine[] | undefined
  const sources = new Sources(options.symbols ?? options.program ?? file)
  const version = program.profile.hostCalls
  return {
    file,
    session: new Session(history, symbols),
    history,
    program,
    symbols,
    departure,
    nameValue: name => values.get(name),
    names: [...values.keys()],
    get code() {
      code ??= disassembleCode(program, program.instructionSet, {
        widths: false,
        ...(symbols && { names: symbols.names }),
      })
      return code
    },
    sourceFile: path => sources.find(path),
    sourceLine: (path, line) => sources.line(path, line),
    hostName: index => (version === 'free' ? program.imports[index >>> 0] : hostCallName(index >>> 0, version)),
  }
}
