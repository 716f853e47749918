// Options that several commands share, and what their values mean. Not the commands.
import { InvalidArgumentError, Option } from 'commander'
import { ENGINE_KINDS } from '../engine/engine.ts'
import { INSTRUCTION_SETS } from '../isa/set.ts'
import { PAGE_SIZES, PROFILE_NAMES } from '../program/profile.ts'
import { bytesFromHex } from '../trace/hex.ts'
import { readBytes } from './files.ts'

const SUFFIXES: Readonly<Record<string, bigint>> = { '': 1n, k: 1_000n, m: 1_000_000n, g: 1_000_000_000n }

/** Gas is written in digits with optional `_` or `,` and suffix k, m or g. */
export function parseGas(text: string): bigint {
  const match = /^(\d[\d_,]*)(?:\.(\d{1,3}))?([kmg]?)$/i.exec(text)
  if (match === null) throw new InvalidArgumentError('expected a number like 20000000, 20_000_000, 20m or 1.5g.')
  const [, whole, fraction = '', suffix] = match
  const unit = SUFFIXES[suffix!.toLowerCase()]!
  const thousandths = BigInt(whole!.replace(/[_,]/g, '')) * 1000n + BigInt(fraction.padEnd(3, '0'))
  if ((thousandths * unit) % 1000n !== 0n) throw new InvalidArgumentError('gas comes in whole numbers.')
  const gas = (thousandths * unit) / 1000n
  if (gas >= 2n ** 63n) throw new InvalidArgumentError('more than 2^63 - 1, the most that a machine counts.')
  return gas
}

/** Bytes: hex with or without 0x, or @file. */
export function parseBytes(text: string): Uint8Array {
  if (text.startsWith('@')) {
    try {
      return readBytes(text.slice(1))
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message)
    }
  }
  const bytes = bytesFromHex(text, text.startsWith('0x') ? 2 : 0)
  if (bytes === undefined) throw new InvalidArgumentError('expected hex digits in pairs, like 0x060003, or @file.')
  return bytes
}

/** A code offset or address is decimal or 0x, and below 2^32. */
export function parseAddress(text: string): number {
  const value = /^(\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : Number.NaN
  if (!(value < 2 ** 32)) throw new InvalidArgumentError('expected an offset below 2^32, decimal or 0x.')
  return value
}

/** This takes a natural number. */
export function parseCount(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('expected a natural number.')
  return Number(text)
}

/** Bytes of an option that may be repeated. */
export function collectBytes(text: string, previous: readonly Uint8Array[] = []): Uint8Array[] {
  return [...previous, parseBytes(text)]
}

/** This is `--engine KIND`. */
export function engineOption(): Option {
  return new Option('-e, --engine <kind>', 'the engine to run on').choices([...ENGINE_KINDS])
}

/** `--profile NAME`; no default, commands have their own. */
export function profileOption(): Option {
  return new Option('-p, --profile <name>', 'the rules to load and run under').choices([...PROFILE_NAMES])
}

/** This is `--isa NAME`. */
export function isaOption(): Option {
  return new Option('--isa <name>', 'the opcode numbers, instead of what the file or the profile says').choices([
    ...INSTRUCTION_SETS,
  ])
}

/** This is `--page-size BYTES`. */
export function pageSizeOption(): Option {
  const sizes = PAGE_SIZES.map(String)
  return new Option('--page-size <bytes>', 'bytes of a page of the host of a .polkavm file')
    .choices(sizes)
    .argParser(text => {
      if (!sizes.includes(text)) throw new InvalidArgumentError(`Allowed choices are ${sizes.join(', ')}.`)
      return Number(text)
    })
}

/** This is `--json`. */
export function jsonOption(): Option {
  return new Option('--json', 'print one JSON object, for programs')
}
