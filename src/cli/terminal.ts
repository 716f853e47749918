// Where the CLI writes: standard output and error, colours. Not progress bars: progress.ts. Not what it writes: that is in the commands.
import { fstatSync, writeSync } from 'node:fs'
import pc from 'picocolors'
import { ExitCode } from './exit-code.ts'

/** Colours; all plain where the output is no terminal or NO_COLOR is set. */
export type Colors = ReturnType<typeof pc.createColors>

/** One invocation prints here. */
export interface Terminal {
  /** These are the colours for standard output. */
  readonly colors: Colors
  /** These are the colours for standard error. */
  readonly errorColors: Colors
  /** Columns of the terminal; 100 where there is none. */
  readonly width: number
  /** Columns after which lines are put on further ones; Infinity where the output is no terminal and COLUMNS says nothing. */
  readonly fold: number
  /** Writes a line to standard output; control characters in it are shown, not sent. */
  line(text?: string): void
  /** Writes bytes to standard output as they are. */
  bytes(bytes: Uint8Array): void
  /** Writes a line to standard error; control characters in it are shown, not sent. */
  error(text: string): void
  /** Writes out what is buffered. */
  flush(): void
}

const BUFFER_LIMIT = 1 << 16
/** These are the control characters that would do something to a terminal: all but line ends and tabs. */
const CONTROL = /[^\P{Cc}\n\t]/u
const CONTROLS = /([^\P{Cc}\n\t])(\[[\d;]*m)?/gu

/**
 * A text as it may go to a terminal. Names, messages and findings come from files and guests, so their control characters are shown
 * as `\u001b`, which JSON reads as what it was. Colours stay.
 */
function shown(text: string): string {
  if (!CONTROL.test(text)) return text
  return text.replace(CONTROLS, (found, control: string, color: string | undefined) =>
    control === '\u001b' && color !== undefined
      ? found
      : `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}${color ?? ''}`,
  )
}

// A reader like `head` that goes away is not our failure: stop at once, quietly. Anything else ends the command with a line.
function onWriteError(fd: number, error: unknown): void {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EPIPE') process.exit(ExitCode.Ok)
  // A pipe in non-blocking mode is full: wait a moment for its reader.
  if (code === 'EAGAIN') {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    return
  }
  try {
    if (fd !== 2) writeSync(2, `error: cannot write the output: ${message}\n`)
  } catch {} // nobody can be told
  process.exit(ExitCode.Output)
}

function writeAll(fd: number, bytes: Uint8Array): void {
  let at = 0
  while (at < bytes.length) {
    try {
      at += writeSync(fd, bytes, at)
    } catch (error) {
      onWriteError(fd, error)
    }
  }
}

/**
 * Whether a descriptor of ours is a terminal. Node's own answer loads its streams, which takes 5 ms. So the system is asked first: a
 * terminal is a character device. What it says nothing of is left to Node.
 */
function isTerminal(fd: 1 | 2): boolean {
  try {
    if (!fstatSync(fd).isCharacterDevice()) return false
  } catch {}
  return (fd === 1 ? process.stdout : process.stderr).isTTY === true
}

function wantsColor(terminal: boolean): boolean {
  const { env } = process
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0') return true
  return terminal && env.TERM !== 'dumb'
}

/** This is the terminal of this process. */
export function createTerminal(): Terminal {
  const encoder = new TextEncoder()
  const terminal = isTerminal(1)
  const columns =
    (terminal && process.stdout.columns) ||
    (Number(process.env.COLUMNS) >= 20 ? Number(process.env.COLUMNS) : undefined)
  let buffer = ''
  const flush = (): void => {
    if (buffer === '') return
    const text = buffer
    buffer = ''
    writeAll(1, encoder.encode(text))
  }
  return {
    colors: pc.createColors(wantsColor(terminal)),
    errorColors: pc.createColors(wantsColor(isTerminal(2))),
    width: columns ?? 100,
    fold: columns ?? Number.POSITIVE_INFINITY,
    line(text = '') {
      buffer += `${shown(text)}\n`
      if (buffer.length > BUFFER_LIMIT) flush()
    },
    bytes(bytes) {
      flush()
      writeAll(1, bytes)
    },
    error(text) {
      flush()
      writeAll(2, encoder.encode(`${shown(text)}\n`))
    },
    flush,
  }
}
