// Puts a WebAssembly module together from types, imports and function bodies. It knows nothing of the PVM.
import { WasmCode } from './wasm-code.ts'
import { Op, VOID } from './wasm-op.ts'

/** A function type. */
export interface FunctionType {
  readonly params: readonly number[]
  readonly results: readonly number[]
}

/** What a module needs from outside. The import module is always `e`. */
export interface ModuleImport {
  readonly name: string
  /** The memory, the table of functions, or a function with this type index. */
  readonly is: 'memory' | 'table' | { readonly type: number }
}

/** A function: its type index, its locals behind the parameters in runs of one type, its code without the final `end`. */
export interface FunctionBody {
  readonly type: number
  /** Pairs of a count and a value type. */
  readonly locals: readonly (readonly [count: number, type: number])[]
  readonly code: WasmCode
}

/** Everything in a module. Function indices count imported functions first. */
export interface ModuleParts {
  readonly types: readonly FunctionType[]
  readonly imports: readonly ModuleImport[]
  /** Type index of each function, and all functions one after the other as `putFunction` writes them. */
  readonly functions: readonly number[]
  readonly code: WasmCode
  /** Exported functions by name. */
  readonly exports: readonly { readonly name: string; readonly index: number }[]
}

function section(out: WasmCode, id: number, write: (body: WasmCode) => void): void {
  const body = new WasmCode()
  write(body)
  out.byte(id)
  out.unsigned(body.length)
  out.append(body)
}

/** How many bytes a number has in unsigned LEB128. */
function unsignedLength(value: number): number {
  let length = 1
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) length += 1
  return length
}

/** Writes a function as it stands in a module: its size, its locals, `frames` blocks opened, its code. */
export function putFunction(out: WasmCode, { locals, code }: FunctionBody, frames = 0): void {
  let size = unsignedLength(locals.length) + 2 * frames + code.length + 1
  for (const [count] of locals) size += unsignedLength(count) + 1
  out.reserve(size + 5)
  out.unsigned(size)
  out.unsigned(locals.length)
  for (const [count, type] of locals) {
    out.unsigned(count)
    out.byte(type)
  }
  for (let i = 0; i < frames; i++) out.open(Op.block, VOID)
  out.append(code)
  out.byte(Op.end)
}

/** What a module begins with, up to its functions. */
export function encodeHead(out: WasmCode, types: readonly FunctionType[], imports: readonly ModuleImport[]): void {
  for (const byte of [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]) out.byte(byte)
  section(out, 1, body => {
    body.unsigned(types.length)
    for (const { params, results } of types) {
      body.byte(0x60)
      body.unsigned(params.length)
      for (const type of params) body.byte(type)
      body.unsigned(results.length)
      for (const type of results) body.byte(type)
    }
  })
  section(out, 2, body => {
    body.unsigned(imports.length)
    for (const { name, is } of imports) {
      body.name('e')
      body.name(name)
      if (is === 'memory') {
        body.byte(2)
        body.byte(0)
        body.unsigned(1)
      } else if (is === 'table') {
        body.byte(1)
        body.byte(0x70)
        body.byte(0)
        body.unsigned(1)
      } else {
        body.byte(0)
        body.unsigned(is.type)
      }
    }
  })
}

/** The module's bytes. The same parts give the same bytes. */
export function encodeModule(parts: ModuleParts): Uint8Array {
  const { types, imports, functions, code, exports } = parts
  const out = new WasmCode()
  encodeHead(out, types, imports)
  section(out, 3, body => {
    body.unsigned(functions.length)
    for (const type of functions) body.unsigned(type)
  })
  section(out, 7, body => {
    body.unsigned(exports.length)
    for (const { name, index } of exports) {
      body.name(name)
      body.byte(0)
      body.unsigned(index)
    }
  })
  // The code is copied once, into its place. Buffers that double and are copied would touch more fresh pages.
  const size = unsignedLength(functions.length) + code.length
  out.byte(10)
  out.unsigned(size)
  out.reserve(size)
  out.unsigned(functions.length)
  out.append(code)
  return out.bytes.subarray(0, out.length)
}
