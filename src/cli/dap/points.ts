// Breakpoints of an editor: it sends all of one kind at a time. Not the stopping: inside/session.ts.
import type { DebugProtocol } from '@vscode/debugprotocol'
import type { Breakpoint, WatchAccess } from '../../inside/session.ts'
import type { Watched } from '../../inside/watch.ts'
import { parseExpression } from '../debug/expression.ts'
import { parseCode, parseWatched, pcOfLine } from '../debug/locations.ts'
import type { Opened } from '../debug/open.ts'
import { formatWatched } from '../debug/show.ts'
import { isInputError } from '../errors.ts'
import { parseReference, reference, sourceOf } from './inspect.ts'

/** The id of a watched place: what `dataBreakpointInfo` answers, and `setDataBreakpoints` gives back. */
export function dataId(watched: Watched): string {
  return 'register' in watched ? `r${watched.register}` : `${reference(watched.address)}+${watched.length}`
}

/** What can be watched of a variable or an expression. */
export function dataInfo(
  opened: Opened,
  { name, asAddress, bytes }: DebugProtocol.DataBreakpointInfoArguments,
): NonNullable<DebugProtocol.DataBreakpointInfoResponse['body']> {
  try {
    const watched = asAddress ? { address: parseReference(name), length: bytes ?? 8 } : parseWatched(name, opened)
    const accessTypes: DebugProtocol.DataBreakpointAccessType[] =
      'register' in watched ? ['write'] : ['read', 'write', 'readWrite']
    return { dataId: dataId(watched), description: formatWatched(watched), accessTypes }
  } catch (error) {
    if (!isInputError(error)) throw error
    return { dataId: null, description: error.message }
  }
}

/** These are the breakpoints of one editor. */
export class Points {
  readonly #opened: Opened
  /** They stand by kind, and those in sources by path. */
  readonly #ids = new Map<string, number[]>()

  constructor(opened: Opened) {
    this.#opened = opened
  }

  #condition(text: string | undefined): Parameters<Opened['session']['breakAt']>[1] {
    if (text === undefined || text.trim() === '') return {}
    const test = parseExpression(text, this.#opened.nameValue)
    return { condition: vm => test(vm) !== 0n }
  }

  /** Replaces those of a kind. One that cannot be set is not verified, and says why. */
  #replace<T>(
    kind: string,
    all: readonly T[],
    set: (one: T) => [Breakpoint, Partial<DebugProtocol.Breakpoint>],
  ): DebugProtocol.Breakpoint[] {
    for (const id of this.#ids.get(kind) ?? []) this.#opened.session.remove(id)
    const ids: number[] = []
    this.#ids.set(kind, ids)
    return all.map(one => {
      try {
        const [{ id, pc }, more] = set(one)
        ids.push(id)
        return { id, verified: true, ...(pc !== undefined && { instructionReference: reference(pc) }), ...more }
      } catch (error) {
        if (!isInputError(error)) throw error
        return { verified: false, message: error.message }
      }
    })
  }

  sources({ source, breakpoints = [] }: DebugProtocol.SetBreakpointsArguments): DebugProtocol.Breakpoint[] {
    const path = source.path ?? source.name ?? ''
    const opened = this.#opened
    return this.#replace(`source ${path}`, breakpoints, ({ line, condition }) => {
      const pc = pcOfLine(opened, path, line)
      if (pc === undefined) throw new RangeError('no code is known to come from there')
      const at = opened.symbols!.sourceAt(pc)[0]!
      return [
        opened.session.breakAt(pc, this.#condition(condition)),
        { line: at.line!, source: sourceOf(opened, at.path!) },
      ]
    })
  }

  functions({ breakpoints }: DebugProtocol.SetFunctionBreakpointsArguments): DebugProtocol.Breakpoint[] {
    const { session } = this.#opened
    return this.#replace('function', breakpoints, ({ name, condition }) => [
      session.breakAt(parseCode(name, this.#opened), this.#condition(condition)),
      {},
    ])
  }

  instructions({ breakpoints }: DebugProtocol.SetInstructionBreakpointsArguments): DebugProtocol.Breakpoint[] {
    const { session } = this.#opened
    return this.#replace('instruction', breakpoints, ({ instructionReference, offset, condition }) => [
      session.breakAt(parseReference(instructionReference, offset), this.#condition(condition)),
      {},
    ])
  }

  data({ breakpoints }: DebugProtocol.SetDataBreakpointsArguments): DebugProtocol.Breakpoint[] {
    const { session } = this.#opened
    return this.#replace('data', breakpoints, ({ dataId: id, accessType = 'write', condition }) => {
      const access: WatchAccess = accessType === 'readWrite' ? 'access' : accessType
      return [session.watch(parseWatched(id, this.#opened), access, this.#condition(condition)), {}]
    })
  }

  /** Which kind a breakpoint is of. */
  kindOf(id: number): string {
    for (const [kind, ids] of this.#ids) if (ids.includes(id)) return kind.split(' ')[0]!
    return 'source'
  }
}
