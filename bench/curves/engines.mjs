// Who stands in the curves of programs, and one program on one of them in a new process, from its bytes to the result.

import { spawnSync } from 'node:child_process'
import { opponents } from '../lib/opponents.mjs'

/** By identifier of lib/opponents.mjs: the name of the curve. */
const CURVES = new Map([
  ['coulis-interpreter', 'coulis interpreter'],
  ['coulis-auto', 'coulis auto'],
  ['coulis-recompiler', 'coulis recompiler'],
  ['polkavm-interpreter-gas', 'PolkaVM interpreter'],
  ['polkavm-generic-gas', 'PolkaVM recompiler'],
  ['polkavm-0.37-generic-gas', 'PolkaVM 0.37 recompiler'],
  ['anan-as', 'anan-as'],
  ['typeberry', 'typeberry'],
])

/** Those of them that are here, on this Node; `missing` are the others, with the reason. */
export async function curveEngines() {
  const major = process.version.slice(1).split('.')[0]
  const all = (await opponents()).flatMap(o => {
    const name = CURVES.get(o.id) ?? CURVES.get(o.id.replace(new RegExp(`-${major}$`), ''))
    return name === undefined ? [] : [{ ...o, name }]
  })
  return { here: all.filter(o => o.missing === undefined), missing: all.filter(o => o.missing !== undefined) }
}

/** Milliseconds of processor time from bytes to the result. Throws where the result is wrong. */
export function fromBytes(engine, file) {
  const flags = ['--runs', '1', '--seconds', '1', '--warmup', '0']
  const [command, ...args] = engine.command([file], flags)
  const { stdout, stderr, signal } = spawnSync(command, args, { encoding: 'utf8', timeout: 120_000 })
  const text = stdout?.split('\n').find(l => l.startsWith('{'))
  if (text === undefined) throw new Error(`${engine.label}: ${signal ?? stderr?.trim().split('\n').pop()}`)
  const line = JSON.parse(text)
  if (!line.ok) throw new Error(`${engine.label}: ${line.error ?? line.mismatches.join('; ')}`)
  return line.setupMs.program + line.setupMs.instance + line.ms.median
}

/** Who is missing and why, as text. */
export async function missingNames() {
  return (await curveEngines()).missing.map(o => `${o.label} (${o.missing})`)
}
