// The workspace: an instance of the core for the recompiler, on a memory of its own. It needs no machine and touches none. decoder.ts and
// recompiler/tables.ts use it.

import { AT_TABLES } from './contract.gen.ts'
import { type CoreExports, coreModule } from './core.ts'

const WASM_PAGE = 0x10000
/** A memory with more bytes than this is given up when a smaller one is enough. */
const KEPT = 0x4000000

/** The core and its memory. Each opening gives a new object. What was written for an older one may be lost then. */
export interface Workspace {
  readonly core: CoreExports
  readonly buffer: ArrayBuffer
}

/** Areas of the workspace, one after the other from AT_TABLES on, each at a multiple of 8. */
export class Areas {
  #end = AT_TABLES

  /** Takes the next area, of so many bytes. Returns its address. */
  take(bytes: number): number {
    const at = this.#end
    this.#end += Math.ceil(bytes / 8) * 8
    return at
  }

  /** Opens the workspace, with room for all areas. Its contents stay until somebody else opens it. */
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
  const module = coreModule() // throws with the reason if there is none
  memory = new WebAssembly.Memory({ initial: pages, maximum: 0x10000 })
  const env = { memory, host: never, trace: never, slice: never }
  const core = new WebAssembly.Instance(module, { env }).exports as unknown as CoreExports
  return { core, buffer: memory.buffer }
}

/** Opens the workspace. Throws a RangeError when the system does not have so much memory. */
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

/** Whether nobody has opened the workspace since this was opened. */
export function isOpen(opened: Workspace): boolean {
  return workspace === opened
}
