// Files and folders of the command line, with errors that name them. Not their meaning.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CliError } from './errors.ts'

function failure(path: string, error: unknown): CliError {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return new CliError('there is no such file', { file: path })
  if (code === 'EISDIR') return new CliError('a folder, expected a file', { file: path })
  if (code === 'EACCES') return new CliError('not allowed to read it', { file: path })
  return new CliError(message, { file: path })
}

/** The bytes of a file; `-` is standard input. */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path === '-' ? 0 : path)
  } catch (error) {
    throw failure(path, error)
  }
}

/** A text file, UTF-8. */
export function readText(path: string): string {
  return new TextDecoder().decode(readBytes(path))
}

/** All files under the paths, folders entered, sorted within a folder. */
export function listFiles(paths: readonly string[]): string[] {
  return paths.flatMap(path => {
    try {
      if (!statSync(path).isDirectory()) return [path]
      return readdirSync(path, { recursive: true, withFileTypes: true })
        .filter(entry => entry.isFile())
        .map(entry => join(entry.parentPath, entry.name))
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
    throw failure(path, error)
  }
}
