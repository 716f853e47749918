// Runs the built command line as its users do. Not in-process: exit codes, streams and the bundle are what is tested.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

/** What a command printed. */
export interface Printed {
  readonly code: number
  readonly out: string
  readonly err: string
  readonly bytes: Buffer
}

/** A fresh folder with a fresh build of the CLI, and a way to run it there. */
export interface Cli {
  readonly folder: string
  readonly path: string
  /** Writes a file into the folder and returns its name. */
  file(name: string, content: string | Uint8Array): string
  run(args: readonly string[], options?: { input?: string | Buffer; env?: Record<string, string> }): Printed
}

/** A mistake in the sources, which the CLI is built with. */
export interface Plant {
  readonly file: string
  readonly search: string
  readonly replace: string
}

/** A copy of what the CLI is built from, with a mistake in it. */
function planted({ file, search, replace }: Plant, folder: string): string {
  for (const name of ['src', 'scripts', 'core', 'package.json', 'tsconfig.json', 'tsconfig.base.json'])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const text = readFileSync(join(folder, file), 'utf8')
  if (!text.includes(search)) throw new Error(`${file} has no '${search}' any more`)
  writeFileSync(
    join(folder, file),
    text.replace(search, () => replace),
  )
  return folder
}

/** Builds the CLI, on request with a mistake, and makes a folder to run it in. */
export function createCli(plant?: Plant): Cli {
  const folder = mkdtempSync(join(tmpdir(), 'coulis-cli-'))
  const built = join(folder, '.dist')
  const cwd = plant === undefined ? ROOT : planted(plant, mkdtempSync(join(tmpdir(), 'coulis-plant-')))
  execFileSync(process.execPath, ['scripts/build-cli.mjs', built], { cwd })
  const path = join(built, 'cli.js')
  return {
    folder,
    path,
    file(name, content) {
      writeFileSync(join(folder, name), content)
      return name
    },
    run(args, options = {}) {
      const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env
      const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], {
        cwd: folder,
        input: options.input ?? '',
        env: { ...env, ...options.env },
      })
      return { code: status ?? -1, out: stdout.toString(), err: stderr.toString(), bytes: stdout }
    },
  }
}

/** Output without what differs from run to run. */
export function stable(text: string): string {
  return text.replace(/\d+\.\d ms/g, '# ms').replace(/"milliseconds": [\d.]+/g, '"milliseconds": 0')
}
