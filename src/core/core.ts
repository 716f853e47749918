// The core as a WebAssembly module. It is decoded and compiled once in a process, or given by the caller. cell.ts makes instances of it.

import { moduleRefusal, type WasmModule } from './code-generation.ts'
import { CORE_HEX, CORE_ID } from './core.gen.ts'

/** What an instance of the core exports: functions of core/pvm.h and core/hosts/wasm.c. The argument `vm` is always AT_VM. */
export interface CoreExports {
  readonly __stack_pointer: WebAssembly.Global
  /** The core's own table of functions. At index 1 it has the gate to compiled code, if there is any. */
  readonly __indirect_function_table: WebAssembly.Table
  pvm_init(framesEnd: number): number
  pvm_stage(vm: number, arena: number, end: number, codeLength: number, jumpSize: number): number
  pvm_load(vm: number, arena: number, end: number, codeLength: number, jumpLength: number, jumpSize: number): number
  pvm_set_profile(vm: number, set: number, rules: number, gasModel: number): number
  pvm_count(mask: number, length: number): number
  pvm_decode(): void
  pvm_find_callees(): number
  pvm_cover(): void
  pvm_leave_unrun(): void
  pvm_graph(root: number, options: number, nodes: number): void
  pvm_flow(everyNode: number, loopStores: number): void
  pvm_plan(segment: number, window: number, wide: number): void
  pvm_plan_graph(window: number, wide: number): void
  pvm_fast_loops(): void
  pvm_compile(options: number): number
  pvm_part(vm: number, part: number): number
  pvm_used(vm: number, what: number): number
  pvm_reset(vm: number): number
  pvm_resume(vm: number): number
  pvm_step(vm: number, count: number): number
  /** This function and the next two are not in the small core, which only interprets. */
  pvm_guard?(vm: number): number
  pvm_watch?(vm: number, accesses: number, from: number, last: number): void
  pvm_tally?(vm: number, at: number): void
  pvm_set_entry(vm: number, pc: number, tableIndex: number): number
  pvm_clear_entries(vm: number): void
  pvm_check(vm: number, address: number, last: number, right: number): number
  pvm_touch(vm: number, address: number, last: number, viewed: number): number
  pvm_locate(vm: number, address: number): number
  pvm_access(vm: number, page: number): number
  pvm_protect(vm: number, page: number, count: number, access: number): number
  pvm_next_mapped(vm: number, page: number): number
  pvm_run_end(vm: number, page: number): number
  pvm_next_written(vm: number, page: number): number
  pvm_zero(vm: number, page: number, count: number): number
}

/** Node's Buffer, which some runtimes have and TypeScript's libraries do not know. */
interface Decoders {
  readonly Buffer?: { from(text: string, encoding: 'hex'): Uint8Array<ArrayBuffer> }
}

/** The bytes of lines of hex. Hex is a quarter smaller than base64 once it is gzipped, because repeated bytes stay repeated text. */
export function decodeHex(lines: string): Uint8Array<ArrayBuffer> {
  const text = lines.replaceAll('\n', '')
  const { Buffer } = globalThis as Decoders
  if (Buffer !== undefined) return Buffer.from(text, 'hex') // 0.2 ms; the loop below takes milliseconds when it is cold
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = (digit(text, 2 * i) << 4) | digit(text, 2 * i + 1)
  return bytes
}

/** The value of a digit 0…9 or a…f. */
function digit(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code < 58 ? code - 48 : code - 87
}

let compiled: WebAssembly.Module | undefined
/** The module that useCore was given. */
let given: WebAssembly.Module | undefined

/** Which core a module is: the contents of its section `coulis`, as hex. The module may come from another realm. */
function idOf(module: WebAssembly.Module): string | undefined {
  let section: ArrayBuffer | undefined
  try {
    section = WebAssembly.Module.customSections(module, 'coulis')[0]
  } catch {
    throw new TypeError('module: expected a WebAssembly.Module')
  }
  return section && Array.from(new Uint8Array(section), byte => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * Takes the core as a module that is compiled already. Runtimes that make no modules from bytes need this; the module is made of
 * `coulis/core.wasm` there. Call it before the first machine is made.
 *
 * @throws TypeError when it is no module, and RangeError when it is not the core of this version.
 */
export function useCore(module: WasmModule): void {
  const id = idOf(module)
  if (id !== CORE_ID) {
    const what = id === undefined ? 'no core of coulis' : `the core of another version (${id})`
    throw new RangeError(`module: this is ${what}, expected core.wasm of this version (${CORE_ID})`)
  }
  given = module
}

/** Why there is no core in this runtime, or undefined if there is one. */
export function coreRefusal(): string | undefined {
  if (given !== undefined || compiled !== undefined) return undefined
  const refusal = moduleRefusal()
  if (refusal === undefined || typeof WebAssembly === 'undefined') return refusal
  return `${refusal}; useCore(module) takes a compiled coulis/core.wasm`
}

/**
 * The module of the core. There is only one, because V8 shares optimized code between all instances of the same module object.
 *
 * @throws RangeError when the runtime allows none.
 */
export function coreModule(): WebAssembly.Module {
  if (given !== undefined) return given
  const refusal = coreRefusal()
  if (refusal !== undefined) throw new RangeError(`core: ${refusal}`)
  compiled ??= new WebAssembly.Module(decodeHex(CORE_HEX))
  return compiled
}
