// What goes wrong on the command line, and the exit codes scripts can rely on. Not guest outcomes: those are results.
import { CommanderError, InvalidArgumentError } from 'commander'
import { BlobError } from '../blob/error.ts'
import { ResourceError } from '../core/resource-error.ts'
import { Exit } from '../engine/exit.ts'
import { HostCallError } from '../engine/host-call-error.ts'
import { TraceError } from '../trace/error.ts'
import { ExitCode } from './exit-code.ts'
import type { Terminal } from './terminal.ts'

/** What `--help` says about them. */
export const EXIT_CODE_HELP = `
Exit codes:
  0  done; run: the program halted     10  the program panicked
  1  a comparison failed               11  the program hit an inaccessible page
  2  wrong options or broken input     12  the program ran out of gas
  3  the output cannot be written      13  the program stopped at an unhandled host call
  4  too little memory or stack        14  the program was stopped
 70  a mistake in coulis itself       130  interrupted by Ctrl-C`

/** This is the exit code of a program that stopped like that. */
export function exitCodeOf(exit: Exit): number {
  switch (exit) {
    case Exit.Halt:
      return ExitCode.Ok
    case Exit.Panic:
      return ExitCode.Panic
    case Exit.PageFault:
      return ExitCode.PageFault
    case Exit.OutOfGas:
      return ExitCode.OutOfGas
    case Exit.Host:
      return ExitCode.Host
    default:
      return ExitCode.Stopped
  }
}

/** A failure with a message for the user shows no stack. Its exit code is 2 unless told. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exitCode: number
  /** The file it is about, already in the message. */
  readonly file: string | undefined

  constructor(message: string, options: { readonly exitCode?: number; readonly file?: string } = {}) {
    super(options.file === undefined ? message : `${options.file}: ${message}`)
    this.exitCode = options.exitCode ?? ExitCode.Usage
    this.file = options.file
  }
}

/** Whether an error is about input, not about us. */
export function isInputError(error: unknown): error is Error {
  return (
    error instanceof CliError ||
    error instanceof BlobError ||
    error instanceof TraceError ||
    (error instanceof Error && ['AssemblyError', 'SymbolsError', 'VectorError', 'RangeError'].includes(error.name))
  )
}

/** Runs `action` and puts the file's name in front of what is wrong with it. */
export function inFile<T>(file: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (!isInputError(error) || (error instanceof CliError && error.file !== undefined)) throw error
    throw new CliError(error.message, { file })
  }
}

/** Reports an error and returns the exit code. */
export function reportError(error: unknown, terminal: Terminal): number {
  if (error instanceof InvalidArgumentError) {
    // Thrown by a command itself, behind commander's parsing: nobody has said it yet.
    terminal.error(`${terminal.errorColors.red('error:')} ${error.message}`)
    return ExitCode.Usage
  }
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.Ok : ExitCode.Usage // commander has said it
  const { red } = terminal.errorColors
  if (ResourceError.is(error) || (error instanceof HostCallError && ResourceError.is(error.cause))) {
    terminal.error(`${red('error:')} ${error.message}`)
    return ExitCode.Resource
  }
  if (isInputError(error)) {
    terminal.error(`${red('error:')} ${error.message}`)
    return error instanceof CliError ? error.exitCode : ExitCode.Usage
  }
  terminal.error(`${red('coulis made a mistake, please report it:')} ${describeMistake(error)}`)
  return ExitCode.Internal
}

/** An error of ours in one line; the whole stack where COULIS_STACK asks for it. */
function describeMistake(error: unknown): string {
  const { stack, message } = error instanceof Error ? error : new Error(String(error))
  if (process.env.COULIS_STACK) return stack ?? message
  const place = /\n\s+at (?:.*\()?(?:file:\/\/)?([^()\n]+)\)?/.exec(stack ?? '')?.[1] ?? 'nowhere'
  return `${message.split('\n')[0]} (${place}; COULIS_STACK=1 prints more)`
}
