// `--heat-cache FOLDER`: what was hot in a program is kept in a folder, from one process to the next. What heat is: engine/auto.ts.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Option } from 'commander'
import { compile, exportHeat, heatKey, heatRefusal, isHot } from '../engine/auto.ts'
import type { Engine } from '../engine/engine.ts'
import type { Program } from '../program/program.ts'
import { CliError } from './errors.ts'
import { ExitCode } from './exit-code.ts'
import { makeFolder, replaceFile } from './files.ts'

/** The heat of so many programs that ran last is written at the end. If there are more programs, that of the others is written before. */
const MOST = 16

/** No heat is larger than this. Code has at most 2^25 bytes, an offset takes few bytes, and little of a code is hot. */
const MOST_BYTES = 2 ** 24

/** This is `--heat-cache FOLDER`. */
export function heatCacheOption(): Option {
  return new Option(
    '--heat-cache <folder>',
    'keep there what was hot in a program, and begin with it compiled next time',
  )
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** An engine whose machines begin with the heat of their program, and the folder that it is kept in. */
class HeatCache implements Engine {
  readonly #engine: Engine
  readonly #folder: string
  /** What the file of each program has, by its path. The one that ran last is last. */
  readonly #known = new Map<string, { readonly program: Program; readonly bytes: Uint8Array | undefined }>()
  /** Programs that a machine was made of. */
  readonly #seen = new WeakSet<Program>()

  constructor(engine: Engine, folder: string) {
    this.#engine = engine
    this.#folder = folder
  }

  get kind(): Engine['kind'] {
    return this.#engine.kind
  }

  instantiate: Engine['instantiate'] = (program, options) => {
    this.#begin(program)
    return this.#engine.instantiate(program, options)
  }

  #begin(program: Program): void {
    if (this.#seen.has(program)) return
    this.#seen.add(program)
    const path = join(this.#folder, `${heatKey(program)}.heat`)
    const known = this.#known.get(path)
    this.#known.delete(path)
    this.#known.set(path, { program, bytes: known === undefined ? this.#read(path, program) : known.bytes })
    while (this.#known.size > MOST) {
      const oldest = this.#known.keys().next().value!
      this.#save(oldest)
      this.#known.delete(oldest)
    }
  }

  /** The bytes of the file, which are compiled; undefined when there is none, or none that is of use. */
  #read(path: string, program: Program): Uint8Array | undefined {
    let bytes: Uint8Array
    try {
      const file = statSync(path)
      if (!file.isFile() || file.size > MOST_BYTES) throw new Error('it is no file, or larger than any heat')
      bytes = readFileSync(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') say(`${path}: this heat is not used: ${reasonOf(error)}`)
      return undefined
    }
    const refusal = heatRefusal(program, bytes)
    if (refusal !== undefined) {
      say(`${path}: this heat is not used: ${refusal}`)
      return undefined
    }
    compile(program, { heat: bytes })
    return bytes
  }

  /** Writes the heat of a program if it has grown. A process that reads at the same time finds the old file or the new one. */
  #save(path: string): void {
    const { program, bytes } = this.#known.get(path)!
    if (!isHot(program)) return
    const now = exportHeat(program)
    if (bytes !== undefined && Buffer.compare(bytes, now) === 0) return
    try {
      replaceFile(path, now)
      this.#known.set(path, { program, bytes: now })
    } catch (error) {
      say(`${reasonOf(error)}: the heat is not kept`)
    }
  }

  /** Writes the heat of all programs. */
  save(): void {
    for (const path of [...this.#known.keys()]) this.#save(path)
  }
}

/** One for each folder: a worker is asked for engines again and again. */
const caches = new Map<string, HeatCache>()

/**
 * The engine, with heat from that folder, which is made if it is not there. Heat is written when the process ends, and when a worker
 * has done a task (`saveHeat`), because a worker is ended by a signal.
 *
 * @throws CliError when the engine was asked for and is not `auto`, or when the folder cannot be made.
 */
export function withHeat(engine: Engine, folder: string | undefined): Engine {
  if (folder === undefined) return engine
  if (engine.kind !== 'auto')
    throw new CliError(`--heat-cache: only the engine auto has heat, this is ${engine.kind}`, {
      exitCode: ExitCode.Usage,
    })
  const known = caches.get(folder)
  if (known !== undefined) return known
  try {
    makeFolder(folder)
  } catch (error) {
    throw new CliError(`--heat-cache: ${reasonOf(error)}`, { exitCode: ExitCode.Usage })
  }
  const cache = new HeatCache(engine, folder)
  caches.set(folder, cache)
  process.once('exit', () => cache.save())
  return cache
}

/** Writes the heat that there is by now. */
export function saveHeat(): void {
  for (const cache of caches.values()) cache.save()
}
