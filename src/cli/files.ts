// Files and folders of the command line, with errors that name them. Not their meaning.
import { isAscii } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { CliError } from './errors.ts'
import { ExitCode } from './exit-code.ts'

/** No program, trace or test is larger than this: 256 MiB. A larger file is something else. */
const MAX_FILE = 2 ** 28

function failure(path: string, error: unknown, write = false): CliError {
  if (error instanceof CliError) return error
  const { code, message } = error as NodeJS.ErrnoException
  const options = { file: path, ...(write && { exitCode: ExitCode.Output }) }
  if (code === 'ENOENT') return new CliError(write ? 'there is no such folder' : 'there is no such file', options)
  if (code === 'EISDIR') return new CliError('a folder, expected a file (conform and replay take folders)', options)
  if (code === 'EACCES' || code === 'EPERM')
    return new CliError(`not allowed to ${write ? 'write' : 'read'} it`, options)
  if (code === 'ENOSPC') return new CliError('no space left to write it', options)
  return new CliError(message, options)
}

/**
 * Makes a folder, and those that it is in, where there are none. Node's own `recursive` never returns where a system refuses a
 * folder inside one that is there, as Linux does in /proc.
 *
 * @throws the error of the system.
 */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && statSync(folder).isDirectory()) return
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error
    makeFolder(dirname(folder))
    mkdirSync(folder)
  }
}

/** The buffer that files are read into. It is kept for the next file unless it is large, because most files come by the thousand. */
let scratch = new Uint8Array(2 ** 20)
const MOST_KEPT = 2 ** 23

/** Takes all bytes of an open file, a pipe or a device, which are overwritten afterwards; never more than MAX_FILE. */
function readAll<T>(fd: number, take: (bytes: Uint8Array) => T): T {
  let bytes = scratch
  // One byte more than the file has: the read that fills it is followed by none, the end is seen at once.
  const { size } = fstatSync(fd)
  if (size >= bytes.length && size <= MAX_FILE) bytes = new Uint8Array(size + 1)
  let length = 0
  for (;;) {
    let count: number
    try {
      count = readSync(fd, bytes, length, bytes.length - length, null)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EOF') break // what Windows says at the end of a pipe
      if (code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1) // nothing in the pipe yet
      continue
    }
    if (count === 0) break
    length += count
    if (length > MAX_FILE) throw new CliError('more than 256 MB, no program or test is that large')
    if (length === bytes.length) {
      const larger = new Uint8Array(2 * length)
      larger.set(bytes)
      bytes = larger
    }
  }
  if (bytes.length <= MOST_KEPT) scratch = bytes
  return take(bytes.subarray(0, length))
}

function read<T>(path: string, take: (bytes: Uint8Array) => T): T {
  let fd: number | undefined
  try {
    if (path === '-') return readAll(0, take)
    fd = openSync(path, 'r')
    return readAll(fd, take)
  } catch (error) {
    throw error instanceof CliError ? new CliError(error.message, { file: path }) : failure(path, error)
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** The bytes of a file; `-` is standard input. */
export function readBytes(path: string): Uint8Array {
  return read(path, bytes => bytes.slice())
}

/** This reads a text file in UTF-8. */
export function readText(path: string): string {
  // Most files are ASCII, which node:buffer decodes three times as fast.
  return read(path, bytes =>
    isAscii(bytes)
      ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
      : new TextDecoder().decode(bytes),
  )
}

/** These are all files under the paths. Folders are entered, and files are sorted within a folder. */
export function listFiles(paths: readonly string[]): string[] {
  return paths.flatMap(path => {
    try {
      if (!statSync(path).isDirectory()) return [path]
      return readdirSync(path, { recursive: true, withFileTypes: true })
        .filter(entry => entry.isFile())
        .map(entry => join(entry.parentPath, entry.name))
        .filter(file => statSync(file).size <= MAX_FILE) // in a folder, what is larger is just no test
        .filter(file => !/(^|\/)(node_modules|\.git)\//.test(file.slice(path.length)))
        .sort()
    } catch (error) {
      throw failure(path, error)
    }
  })
}

/** Writes a file. */
export function writeOutput(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes)
  } catch (error) {
    throw failure(path, error, true)
  }
}

/**
 * Writes a file that others may read at the same time: they find the old one or the new one, whole. In a folder that others may write,
 * it does not follow links that somebody put there for it.
 *
 * @throws CliError with exit code 3 where it cannot be written.
 */
export function replaceFile(path: string, content: string | Uint8Array): void {
  const own = `${path}.${randomUUID()}`
  try {
    writeFileSync(own, content, { flag: 'wx' })
    renameSync(own, path)
  } catch (error) {
    try {
      rmSync(own, { force: true })
    } catch {} // where nothing could be written, nothing is to be removed
    throw failure(path, error, true)
  }
}
