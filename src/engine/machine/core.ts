// The core as a WebAssembly module: decoded and compiled once per process. Not a machine: cell.ts.
import { CORE_BASE64 } from '../interpreter/core.gen.ts'

/** What the core's instance exports; the functions of core/pvm.h and core/wasm.c. `vm` is always AT_VM. */
export interface CoreExports extends WebAssembly.Exports {
  readonly __stack_pointer: WebAssembly.Global
  pvm_init(): number
  pvm_stage(vm: number, arena: number, end: number, codeLength: number, jumpSize: number): number
  pvm_load(vm: number, arena: number, end: number, codeLength: number, jumpLength: number, jumpSize: number): number
  pvm_set_profile(vm: number, set: number, rules: number, gasModel: number): number
  pvm_count(mask: number, length: number): number
  pvm_decode(): void
  pvm_find_callees(): number
  pvm_graph(root: number, options: number, nodes: number): void
  pvm_flow(everyNode: number, loopStores: number): void
  pvm_plan(segment: number, window: number, wide: number): void
  pvm_plan_graph(window: number, wide: number): void
  pvm_emit(first: number, stop: number, length: number, dirty: number, valid: number, depth: number): number
  pvm_emit_part(instruction: number, length: number, condition: number): number
  pvm_exit(dirty: number, valid: number): number
  pvm_part(vm: number, part: number): number
  pvm_used(vm: number, what: number): number
  pvm_reset(vm: number): number
  pvm_resume(vm: number): number
  pvm_step(vm: number, count: number): number
  pvm_set_entry(vm: number, pc: number, tableIndex: number): number
  pvm_clear_entries(vm: number): void
  pvm_check(vm: number, address: number, last: number, right: number): number
  pvm_touch(vm: number, address: number, last: number): number
  pvm_locate(vm: number, address: number): number
  pvm_access(vm: number, page: number): number
  pvm_protect(vm: number, page: number, count: number, access: number): number
  pvm_next_mapped(vm: number, page: number): number
  pvm_run_end(vm: number, page: number): number
  pvm_zero(vm: number, page: number, count: number): number
}

/** Decoders that some runtimes have and TypeScript's libraries do not know yet. */
interface Decoders {
  readonly Buffer?: { from(text: string, encoding: 'base64'): Uint8Array<ArrayBuffer> }
}

/** Bytes of base64 in lines. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const { Buffer } = globalThis as Decoders
  if (Buffer !== undefined) return Buffer.from(text, 'base64') // 0.2 ms; the loop below takes 3 when it is cold
  const binary = atob(text.replaceAll('\n', ''))
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

let compiled: WebAssembly.Module | undefined

/** The one Module: V8 shares optimized code between all instances of the same module object. */
export function coreModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(decodeBase64(CORE_BASE64))
  return compiled
}
