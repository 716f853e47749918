// An instance of the core for the recompiler's passes, on a memory of its own: machines are neither needed nor touched,
// whatever they run. Not what the passes do: decoder.ts, and recompiler/tables.ts.

import { AT_TABLES } from './contract.gen.ts'
import { type CoreExports, coreModule } from './core.ts'

const WASM_PAGE = 0x10000
/** A memory with more bytes than this is given up when a smaller one would do. */
const KEPT = 0x4000000

/** The core and its memory. Each opening gives a new object; what an older one had written may be lost. */
export interface Workspace {
  readonly core: CoreExports
  readonly buffer: ArrayBuffer
}

/** Areas one after the other from AT_TABLES on, each at a multiple of 8. */
export class Areas {
  #end = AT_TABLES

  /** The address of the next `bytes`. */
  take(bytes: number): number {
    const at = this.#end
    this.#end += Math.ceil(bytes / 8) * 8
    return at
  }

  /** The workspace, with room for all of them. Whoever opens it owns it until somebody else opens it; what is in it stays until then. */
  open(): Workspace {
    return openWorkspace(this.#end)
  }
}

let memory: WebAssembly.Memory | undefined
let workspace: Workspace | undefined

function never(): never {
  throw new Error('assert: a workspace does not run programs')
}

function createInstance(pages: number): Workspace {
  const module = coreModule() // throws with the reason where there is none
  memory = new WebAssembly.Memory({ initial: pages, maximum: 0x10000 })
  const env = { memory, host: never, trace: never, slice: never }
  const core = new WebAssembly.Instance(module, { env }).exports as CoreExports
  return { core, buffer: memory.buffer }
}

/** Throws a RangeError when the system has not so much memory. */
function openWorkspace(bytes: number): Workspace {
  const pages = Math.ceil(bytes / WASM_PAGE)
  const size = memory === undefined ? 0 : memory.buffer.byteLength
  if (workspace === undefined || memory === undefined || (size > KEPT && bytes <= KEPT)) {
    workspace = createInstance(pages)
    return workspace
  }
  if (size < bytes) memory.grow(pages - size / WASM_PAGE)
  workspace = { core: workspace.core, buffer: memory.buffer }
  return workspace
}

/** Whether nobody has opened the workspace since. */
export function isOpen(opened: Workspace): boolean {
  return workspace === opened
}
