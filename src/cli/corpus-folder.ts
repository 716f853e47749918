// Folders of programs that campaigns keep and start from: files by the hash of their content, and sets of them by theirs. Not what is
// kept: fuzz/kept.ts.
import { createHash } from 'node:crypto'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type KeptCase, parseKept } from '../fuzz/kept.ts'
import { profile } from '../program/profile.ts'
import { CliError, isInputError } from './errors.ts'
import { makeFolder, readText, replaceFile } from './files.ts'

/** A set of programs in a folder. */
export interface CorpusSet {
  readonly folder: string
  /** Hash of the names of its files. */
  readonly hash: string
}

/** A program with its name. */
export interface NamedCase extends KeptCase {
  readonly name: string
}

const HASH = /^[0-9a-f]{32}$/
const PROGRAM = '.pvm'
const SET = '.corpus'

/** The name of a program: 128 bits of SHA-256 of its text, in hex. */
export function nameOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

function write(folder: string, name: string, text: string): void {
  try {
    makeFolder(folder)
  } catch (error) {
    throw new CliError((error as Error).message, { file: folder })
  }
  replaceFile(join(folder, name), text)
}

/** Whether a name leads to a file. A pipe of that name would be waited for until somebody writes into it. */
function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') return false // a link to itself
    throw new CliError('not allowed to look into it', { file: dirname(path) })
  }
}

/** Names of the programs in a folder, sorted; none where there is no folder yet. */
export function programsIn(folder: string): string[] {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new CliError('no folder', { file: folder })
  }
  return names
    .filter(name => name.endsWith(PROGRAM) && HASH.test(name.slice(0, -PROGRAM.length)) && isFile(join(folder, name)))
    .map(name => name.slice(0, -PROGRAM.length))
    .sort()
}

/** Writes a program into the folder, where it is not yet. */
export function addProgram(folder: string, text: string): void {
  write(folder, `${nameOf(text)}${PROGRAM}`, text)
}

/** Removes programs, and the sets that they were in. */
export function removePrograms(folder: string, names: readonly string[]): void {
  for (const name of names) rmSync(join(folder, `${name}${PROGRAM}`), { force: true })
  if (names.length === 0) return
  for (const name of readdirSync(folder)) {
    if (!name.endsWith(SET)) continue
    const members = readText(join(folder, name)).split('\n')
    if (names.some(removed => members.includes(removed))) rmSync(join(folder, name), { force: true })
  }
}

/**
 * The programs that are in the folder now as a set, which stays what it is when others come.
 *
 * @param wanted hash of an earlier set, instead of all there are.
 * @throws CliError when there is no such set.
 */
export function corpusSet(folder: string, wanted: string | undefined): CorpusSet {
  if (wanted !== undefined) {
    if (!HASH.test(wanted)) throw new CliError(`--corpus-hash ${wanted}: expected 32 hex digits`)
    // A folder that was copied without its list of sets may still be just that one.
    if (corpusText(programsIn(folder)).hash !== wanted) return { folder, hash: wanted }
  }
  const { text, hash } = corpusText(programsIn(folder))
  const path = join(folder, `${hash}${SET}`)
  // A folder that nobody may write is enough to start from, once its set is there.
  if (!isFile(path) || readText(path) !== text) write(folder, `${hash}${SET}`, text)
  return { folder, hash }
}

function corpusText(names: readonly string[]): { readonly text: string; readonly hash: string } {
  const text = names.map(name => `${name}\n`).join('')
  return { text, hash: nameOf(text) }
}

/** Profiles by what they say: the same rules are the same object, which is what machines compare. */
const profiles = new Map<string, KeptCase['fuzz']['profile']>()

function sameProfile({ fuzz, ...kept }: KeptCase): KeptCase {
  const key = JSON.stringify(fuzz.profile)
  if (!profiles.has(key)) profiles.set(key, profile(fuzz.profile))
  return { ...kept, fuzz: { ...fuzz, profile: profiles.get(key)! } }
}

/** Reads one program. @throws CliError when its content is not what its name says, or no case. */
export function readProgram(folder: string, name: string): NamedCase {
  const file = join(folder, `${name}${PROGRAM}`)
  const text = readText(file)
  if (nameOf(text) !== name) throw new CliError('is not what its name says; its content has another hash', { file })
  try {
    return { name, ...sameProfile(parseKept(text, name)) }
  } catch (error) {
    if (!isInputError(error) && !(error instanceof SyntaxError)) throw error
    throw new CliError(error.message, { file })
  }
}

let last: { readonly key: string; readonly programs: readonly NamedCase[] } | undefined

/** The programs of a set, in the order of their names. Read once per process. */
export function readCorpus({ folder, hash }: CorpusSet): readonly NamedCase[] {
  const key = `${hash} ${folder}`
  if (last?.key === key) return last.programs
  const file = join(folder, `${hash}${SET}`)
  const text = readText(file)
  if (nameOf(text) !== hash) throw new CliError('is not what its name says; its content has another hash', { file })
  const names = text.split('\n').slice(0, -1)
  const wrong = names.find(name => !HASH.test(name))
  if (wrong !== undefined) throw new CliError(`'${wrong}' is no name of a program`, { file })
  const programs = names.map(name => readProgram(folder, name))
  last = { key, programs }
  return programs
}
