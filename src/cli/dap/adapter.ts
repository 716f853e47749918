// The Debug Adapter Protocol over a session: what editors ask, and what they are told. Not the machine: inside/session.ts.
import {
  DebugSession,
  ErrorDestination,
  InitializedEvent,
  InvalidatedEvent,
  OutputEvent,
  StoppedEvent,
  TerminatedEvent,
  Thread,
} from '@vscode/debugadapter'
import type { DebugProtocol } from '@vscode/debugprotocol'
import pc from 'picocolors'
import { Exit, exitName } from '../../engine/exit.ts'
import type { Stop } from '../../inside/session.ts'
import { Debugger } from '../debug/debugger.ts'
import { parseExpression } from '../debug/expression.ts'
import { type Opened, openFile } from '../debug/open.ts'
import { complete, execute } from '../debug/repl.ts'
import { assignment } from '../debug/set.ts'
import { endLines } from '../debug/show.ts'
import { CliError, isInputError } from '../errors.ts'
import { formatValue } from '../registers.ts'
import type { Terminal } from '../terminal.ts'
import {
  CALLS,
  disassemble,
  MACHINE,
  parseReference,
  REGISTERS,
  readMemory,
  reference,
  sourcesOf,
  stackFrames,
  variablesOf,
} from './inspect.ts'
import { type Launch, parseLaunch } from './launch.ts'
import { dataInfo, Points } from './points.ts'

const THREAD = 1
/** Instructions between two looks at what the editor has asked meanwhile. */
const SLICE = 2_000_000

const CAPABILITIES: DebugProtocol.Capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsFunctionBreakpoints: true,
  supportsConditionalBreakpoints: true,
  supportsEvaluateForHovers: true,
  supportsStepBack: true,
  supportsSetVariable: true,
  supportsSetExpression: true,
  supportsRestartRequest: true,
  supportsExceptionInfoRequest: true,
  supportsLoadedSourcesRequest: true,
  supportsTerminateRequest: true,
  supportsDataBreakpoints: true,
  supportsDataBreakpointBytes: true,
  supportsReadMemoryRequest: true,
  supportsWriteMemoryRequest: true,
  supportsDisassembleRequest: true,
  supportsInstructionBreakpoints: true,
  supportsSteppingGranularity: true,
  supportsValueFormattingOptions: true,
  supportsCompletionsRequest: true,
}

/** What commands of the debug console print. */
function collector(): { terminal: Terminal; text: () => string } {
  const lines: string[] = []
  const say = (line = ''): void => void lines.push(line)
  const colors = pc.createColors(false)
  const terminal: Terminal = {
    colors,
    errorColors: colors,
    width: 100,
    fold: 100,
    line: say,
    bytes: () => undefined,
    error: say,
    flush: () => undefined,
  }
  return { terminal, text: () => lines.join('\n') }
}

/** This is one editor's session. */
export class CoulisDebugSession extends DebugSession {
  #launch: Launch | undefined
  #opened: Opened | undefined
  #points: Points | undefined
  #isPausing = false
  #isRunning = false

  get #open(): Opened {
    if (this.#opened === undefined) throw new CliError('nothing is launched')
    return this.#opened
  }

  /** Answers a request; what is wrong with it is the answer then. */
  #answer<T extends DebugProtocol.Response>(response: T, work: () => T['body']): boolean {
    try {
      response.body = work()
      this.sendResponse(response)
      return true
    } catch (error) {
      if (!isInputError(error)) throw error
      this.sendErrorResponse(
        response,
        { id: 1, format: '{_message}', variables: { _message: error.message } },
        undefined,
        undefined,
        ErrorDestination.User,
      )
      return false
    }
  }

  #close(): void {
    this.#isPausing = true
    this.#opened?.history.dispose()
    this.#opened = undefined
  }

  protected override initializeRequest(response: DebugProtocol.InitializeResponse): void {
    this.#answer(response, () => CAPABILITIES)
  }

  protected override launchRequest(
    response: DebugProtocol.LaunchResponse,
    args: DebugProtocol.LaunchRequestArguments,
  ): void {
    const isOpen = this.#answer(response, () => {
      this.#launch = parseLaunch((args ?? {}) as unknown as Record<string, unknown>)
      const { file, options } = this.#launch
      this.#opened = openFile(file, options, line => this.sendEvent(new OutputEvent(`${line}\n`, 'stdout')))
      this.#points = new Points(this.#opened)
    })
    if (isOpen) this.sendEvent(new InitializedEvent())
  }

  protected override configurationDoneRequest(response: DebugProtocol.ConfigurationDoneResponse): void {
    if (this.#answer(response, () => undefined)) this.#begin()
  }

  #begin(): void {
    const { history } = this.#open
    const { stopAt } = this.#launch!
    if (stopAt === undefined) {
      void this.#run()
      return
    }
    if (stopAt === 'end') history.toEnd()
    else history.goto(stopAt === 'start' ? 0 : stopAt)
    if (history.end?.time === history.time) this.#stopped({ kind: 'end', end: history.end })
    else this.sendEvent(new StoppedEvent('entry', THREAD))
  }

  protected override restartRequest(response: DebugProtocol.RestartResponse): void {
    const isThere = this.#answer(response, () => {
      this.#open.history.goto(0)
      return undefined
    })
    if (isThere) this.#begin()
  }

  protected override disconnectRequest(
    response: DebugProtocol.DisconnectResponse,
    args: DebugProtocol.DisconnectArguments,
    request?: DebugProtocol.Request,
  ): void {
    this.#close()
    super.disconnectRequest(response, args, request)
  }

  protected override terminateRequest(response: DebugProtocol.TerminateResponse): void {
    this.#close()
    this.#answer(response, () => undefined)
    this.sendEvent(new TerminatedEvent())
  }

  /** Tells the editor why it is stopped. The end of the run is a stop as well: one can go back from there. */
  #stopped(stop: Stop): void {
    const { kind } = stop
    if (kind === 'breakpoint' || kind === 'watchpoint') {
      const of = this.#points!.kindOf(stop.breakpoint.id)
      const reason = of === 'source' ? 'breakpoint' : `${of} breakpoint`
      const event = new StoppedEvent(reason, THREAD) as DebugProtocol.StoppedEvent
      event.body.hitBreakpointIds = [stop.breakpoint.id]
      this.sendEvent(event)
      return
    }
    if (kind === 'end') {
      const lines = endLines(this.#open, 'hex')
      this.sendEvent(new OutputEvent(`${lines.join('\n')}\n`, 'console'))
      const event = new StoppedEvent(
        stop.end.exit === Exit.Halt ? 'pause' : 'exception',
        THREAD,
        lines[0],
      ) as DebugProtocol.StoppedEvent
      event.body.description = lines[0]!
      this.sendEvent(event)
      return
    }
    this.sendEvent(new StoppedEvent(kind === 'start' ? 'entry' : 'step', THREAD))
  }

  #move(response: DebugProtocol.Response, go: () => Stop): void {
    let stop: Stop | undefined
    this.#answer(response, () => {
      if (this.#isRunning) throw new CliError('it is running')
      stop = go()
      return undefined
    })
    if (stop !== undefined) this.#stopped(stop)
  }

  /** Runs on in slices: an editor may ask to pause. */
  async #run(): Promise<void> {
    this.#isPausing = false
    this.#isRunning = true
    try {
      for (;;) {
        const opened = this.#opened
        if (opened === undefined) return
        const stop = opened.session.continue(opened.history.time + SLICE)
        if (stop.kind !== 'step' || this.#isPausing) {
          this.#isRunning = false
          if (stop.kind === 'step') this.sendEvent(new StoppedEvent('pause', THREAD))
          else this.#stopped(stop)
          return
        }
        await new Promise(resolve => setImmediate(resolve))
      }
    } catch (error) {
      // This is an error of the host: too little memory, or a past that cannot be repeated. Other editors must not notice it.
      this.sendEvent(new OutputEvent(`${(error as Error).message}\n`, 'stderr'))
      this.sendEvent(new StoppedEvent('exception', THREAD, (error as Error).message))
    } finally {
      this.#isRunning = false
    }
  }

  protected override continueRequest(response: DebugProtocol.ContinueResponse): void {
    const goes = this.#answer(response, () => {
      if (this.#open && this.#isRunning) throw new CliError('it is running')
      return { allThreadsContinued: true }
    })
    if (goes) void this.#run()
  }

  protected override pauseRequest(response: DebugProtocol.PauseResponse): void {
    this.#isPausing = true
    this.#answer(response, () => undefined)
  }

  protected override reverseContinueRequest(response: DebugProtocol.ReverseContinueResponse): void {
    this.#move(response, () => this.#open.session.reverseContinue())
  }

  protected override nextRequest(
    response: DebugProtocol.NextResponse,
    { granularity }: DebugProtocol.NextArguments,
  ): void {
    this.#move(response, () => this.#open.session.stepOver(granularity === 'instruction'))
  }

  protected override stepInRequest(
    response: DebugProtocol.StepInResponse,
    { granularity }: DebugProtocol.StepInArguments,
  ): void {
    this.#move(response, () => {
      const { session } = this.#open
      return granularity === 'instruction' ? session.stepInstruction() : session.stepInto()
    })
  }

  protected override stepOutRequest(response: DebugProtocol.StepOutResponse): void {
    this.#move(response, () => this.#open.session.stepOut())
  }

  protected override stepBackRequest(
    response: DebugProtocol.StepBackResponse,
    { granularity }: DebugProtocol.StepBackArguments,
  ): void {
    this.#move(response, () => {
      const { session } = this.#open
      return granularity === 'instruction' ? session.reverseStepInstruction() : session.reverseStepOver()
    })
  }

  protected override setBreakPointsRequest(
    response: DebugProtocol.SetBreakpointsResponse,
    args: DebugProtocol.SetBreakpointsArguments,
  ): void {
    this.#answer(response, () => ({ breakpoints: this.#points?.sources(args) ?? [] }))
  }

  protected override setFunctionBreakPointsRequest(
    response: DebugProtocol.SetFunctionBreakpointsResponse,
    args: DebugProtocol.SetFunctionBreakpointsArguments,
  ): void {
    this.#answer(response, () => ({ breakpoints: this.#points?.functions(args) ?? [] }))
  }

  protected override setInstructionBreakpointsRequest(
    response: DebugProtocol.SetInstructionBreakpointsResponse,
    args: DebugProtocol.SetInstructionBreakpointsArguments,
  ): void {
    this.#answer(response, () => ({ breakpoints: this.#points?.instructions(args) ?? [] }))
  }

  protected override dataBreakpointInfoRequest(
    response: DebugProtocol.DataBreakpointInfoResponse,
    args: DebugProtocol.DataBreakpointInfoArguments,
  ): void {
    this.#answer(response, () => dataInfo(this.#open, args))
  }

  protected override setDataBreakpointsRequest(
    response: DebugProtocol.SetDataBreakpointsResponse,
    args: DebugProtocol.SetDataBreakpointsArguments,
  ): void {
    this.#answer(response, () => ({ breakpoints: this.#points?.data(args) ?? [] }))
  }

  protected override threadsRequest(response: DebugProtocol.ThreadsResponse): void {
    this.#answer(response, () => ({ threads: [new Thread(THREAD, 'machine')] }))
  }

  protected override stackTraceRequest(
    response: DebugProtocol.StackTraceResponse,
    { startFrame = 0, levels = 0 }: DebugProtocol.StackTraceArguments,
  ): void {
    this.#answer(response, () => {
      const frames = stackFrames(this.#open)
      const to = levels === 0 ? frames.length : startFrame + levels
      return { stackFrames: frames.slice(startFrame, to), totalFrames: frames.length }
    })
  }

  protected override scopesRequest(response: DebugProtocol.ScopesResponse): void {
    this.#answer(response, () => ({
      scopes: [
        { name: 'Registers', variablesReference: REGISTERS, presentationHint: 'registers', expensive: false },
        { name: 'Run', variablesReference: MACHINE, expensive: false },
        {
          name: 'Host calls',
          variablesReference: CALLS,
          expensive: false,
          namedVariables: this.#open.history.callCount,
        },
      ],
    }))
  }

  protected override variablesRequest(
    response: DebugProtocol.VariablesResponse,
    { variablesReference, format }: DebugProtocol.VariablesArguments,
  ): void {
    this.#answer(response, () => ({ variables: variablesOf(this.#open, variablesReference, format?.hex === true) }))
  }

  /** Sets what an expression names. */
  #assign(target: string, text: string): string {
    const opened = this.#open
    const value = parseExpression(text, opened.nameValue)(opened.history.vm)
    opened.history.edit(assignment(target, value, opened))
    return formatValue(value, 'hex')
  }

  protected override setVariableRequest(
    response: DebugProtocol.SetVariableResponse,
    { name, value }: DebugProtocol.SetVariableArguments,
  ): void {
    this.#answer(response, () => ({ value: this.#assign(name, value) }))
  }

  protected override setExpressionRequest(
    response: DebugProtocol.SetExpressionResponse,
    { expression, value }: DebugProtocol.SetExpressionArguments,
  ): void {
    this.#answer(response, () => ({ value: this.#assign(expression, value) }))
  }

  protected override evaluateRequest(
    response: DebugProtocol.EvaluateResponse,
    { expression, context }: DebugProtocol.EvaluateArguments,
  ): void {
    if (context === 'repl') {
      void this.#command(response, expression)
      return
    }
    this.#answer(response, () => {
      const opened = this.#open
      const value = parseExpression(expression, opened.nameValue)(opened.history.vm)
      return {
        result: formatValue(value, 'hex'),
        variablesReference: 0,
        memoryReference: reference(Number(BigInt.asUintN(32, value))),
      }
    })
  }

  /** A line of the debug console is a command of the debugger, or else an expression. */
  async #command(response: DebugProtocol.EvaluateResponse, line: string): Promise<void> {
    const { terminal, text } = collector()
    let before = 0
    let failure: Error | undefined
    try {
      const opened = this.#open
      if (this.#isRunning) throw new CliError('it is running')
      before = opened.history.time
      await execute(new Debugger(opened, terminal, 'hex'), line)
    } catch (error) {
      if (!isInputError(error)) throw error
      failure = error
    }
    this.#answer(response, () => {
      if (failure === undefined) return { result: text(), variablesReference: 0 }
      try {
        const value = parseExpression(line, this.#open.nameValue)(this.#open.history.vm)
        return { result: formatValue(value, 'hex'), variablesReference: 0 }
      } catch {
        throw failure
      }
    })
    if (this.#opened === undefined) return
    if (this.#opened.history.time === before) this.sendEvent(new InvalidatedEvent(['variables']))
    else this.sendEvent(new StoppedEvent('step', THREAD))
  }

  protected override completionsRequest(
    response: DebugProtocol.CompletionsResponse,
    { text, column }: DebugProtocol.CompletionsArguments,
  ): void {
    this.#answer(response, () => {
      const on = new Debugger(this.#open, collector().terminal, 'hex')
      const [found, begun] = complete(on, text.slice(0, column - 1))
      return {
        targets: found.slice(0, 200).map(label => ({ label, start: column - 1 - begun.length, length: begun.length })),
      }
    })
  }

  protected override exceptionInfoRequest(response: DebugProtocol.ExceptionInfoResponse): void {
    this.#answer(response, () => {
      const { end } = this.#open.history
      const [first, why] = endLines(this.#open, 'hex')
      return {
        exceptionId: end === undefined ? 'running' : exitName(end.exit),
        breakMode: 'always' as const,
        description: why ?? first ?? '',
      }
    })
  }

  protected override disassembleRequest(
    response: DebugProtocol.DisassembleResponse,
    args: DebugProtocol.DisassembleArguments,
  ): void {
    this.#answer(response, () => ({ instructions: disassemble(this.#open, args) }))
  }

  protected override readMemoryRequest(
    response: DebugProtocol.ReadMemoryResponse,
    args: DebugProtocol.ReadMemoryArguments,
  ): void {
    this.#answer(response, () => readMemory(this.#open, args))
  }

  protected override writeMemoryRequest(
    response: DebugProtocol.WriteMemoryResponse,
    { memoryReference, offset, data }: DebugProtocol.WriteMemoryArguments,
  ): void {
    this.#answer(response, () => {
      const bytes = Uint8Array.from(Buffer.from(data, 'base64'))
      const address = parseReference(memoryReference, offset)
      this.#open.history.edit(({ memory }) => {
        if (memory.load(address, bytes) !== 0)
          throw new CliError(`${bytes.length} bytes at ${reference(address)} are not mapped`)
      })
      return { bytesWritten: bytes.length }
    })
  }

  protected override loadedSourcesRequest(response: DebugProtocol.LoadedSourcesResponse): void {
    this.#answer(response, () => ({ sources: sourcesOf(this.#open) }))
  }
}
