// Reads the shared vectors' JSON: numbers beyond 2^53 stay exact. Not a general JSON parser.

/** Numbers of 16 digits and more become strings, so that BigInt() can read either. */
export function parseVector<T>(text: string): T {
  return JSON.parse(text.replace(/(?<=[[,:\s])\d{16,}(?=[\],}\s])/g, '"$&"')) as T
}

/** A number that may be too large for a double. */
export type Wide = number | string

export interface MapEntry {
  readonly address: number
  readonly length: number
  readonly 'is-writable': boolean
}

/** A file of w3f-pvm, microbench or workloads. */
export interface ProgramVector {
  readonly name: string
  readonly program: readonly number[]
  readonly 'initial-regs': readonly Wide[]
  readonly 'initial-pc': number
  readonly 'initial-gas': Wide
  readonly 'initial-page-map': readonly MapEntry[]
  readonly 'initial-memory': readonly { readonly address: number; readonly contents: readonly number[] }[]
  readonly 'expected-status': string
  readonly 'expected-regs': readonly Wide[]
  readonly 'expected-regs-hex'?: readonly string[]
  readonly 'expected-pc'?: number
  readonly 'expected-gas': Wide
  readonly 'expected-memory'?: readonly { readonly address: number; readonly contents: readonly number[] }[]
  readonly 'expected-page-fault-address'?: number
  readonly 'expected-memory-sha256'?: string
  readonly 'executed-instructions'?: number
}
