// What machines of every engine show of themselves: a status, JSON, and what console.log prints.
import { type Exit, exitName } from './exit.ts'

/** The status of a machine: `ready` before its first run, then the name of its last exit, and `disposed` in the end. */
export type VmStatus = 'ready' | 'disposed' | ReturnType<typeof exitName>

/** A machine as plain data, for logs. Numbers that may exceed 2^53 are text. */
export interface VmSummary {
  readonly engine: string
  readonly status: VmStatus
  /** This field and those below are there only if the machine was not disposed of. */
  readonly pc?: number
  readonly exitArg?: number
  readonly gas?: string
  readonly gasUsed?: string
  /** r0 to r12, in hex. */
  readonly registers?: readonly string[]
  /** Ranges of pages with rights, in hex: first address, bytes, rights. */
  readonly memory?: readonly { readonly address: string; readonly length: number; readonly access: string }[]
}

const RIGHTS = ['none', 'read', '', 'write']

/** A machine as text. */
function textOf(summary: VmSummary): string {
  const { engine, status, pc, gas, gasUsed, registers = [], memory = [] } = summary
  if (status === 'disposed') return `Vm(${engine}, disposed)`
  const row = (from: number): string =>
    registers
      .slice(from, from + 4)
      .map((value, i) => `r${from + i} ${value}`.padEnd(24))
      .join('')
      .trimEnd()
  const pages = memory.map(({ address, length, access }) => `${address}+${length} ${access}`)
  return [
    `Vm(${engine}, ${status}, pc ${pc}, gas ${gas}, used ${gasUsed})`,
    ...[0, 4, 8, 12].map(from => `  ${row(from)}`),
    `  memory ${pages.slice(0, 8).join(', ') || 'none'}${pages.length > 8 ? `, and ${pages.length - 8} more` : ''}`,
  ].join('\n')
}

/** The part of a machine that says what it is. */
export abstract class VmFace {
  abstract readonly kind: string
  abstract readonly isDisposed: boolean
  abstract readonly exit: Exit | undefined
  abstract readonly exitArg: number
  abstract readonly pc: number
  abstract readonly gas: bigint
  abstract readonly gasUsed: bigint
  abstract readonly regs: BigUint64Array
  abstract readonly memory: { pages(): readonly { page: number; count: number; access: number }[] }
  abstract dispose(): void

  get status(): VmStatus {
    if (this.isDisposed) return 'disposed'
    return this.exit === undefined ? 'ready' : exitName(this.exit)
  }

  toJSON(): VmSummary {
    const { kind, status } = this
    if (status === 'disposed') return { engine: kind, status }
    const hex = (value: number | bigint): string => `0x${value.toString(16)}`
    return {
      engine: kind,
      status,
      pc: this.pc,
      exitArg: this.exitArg,
      gas: `${this.gas}`,
      gasUsed: `${this.gasUsed}`,
      registers: Array.from(this.regs, hex),
      memory: this.memory.pages().map(({ page, count, access }) => ({
        address: hex(page * 4096),
        length: count * 4096,
        access: RIGHTS[access]!,
      })),
    }
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

// The console.log of Node, Deno and Bun prints this.
Object.defineProperty(VmFace.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: VmFace): string {
    return textOf(this.toJSON())
  },
})
