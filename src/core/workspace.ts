// The workspace: an instance of the core for the recompiler, on a memory of its own. It needs no machine and touches none. decoder.ts and
// recompiler/tables.ts use it.

import { AT_TABLES } from './contract.gen.ts'
import { type CoreExports, coreModule } from './core.ts'

const WASM_PAGE = 0x10000
/**
 * The bytes of its memory. If more is needed there is a larger one, until this is enough again. What is not written to takes no room, but
 * V8 counts it: 64 MiB more than it has seen make it collect garbage at once, which cost the first analysis of a process 15 ms.
 */
const SIZE = 0x1000000

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

let workspace: Workspace | undefined
/** How many bytes the last opening asked for. */
let used = 0

function never(): never {
  throw new Error('assert: a workspace does not run programs')
}

function createInstance(bytes: number): Workspace {
  const module = coreModule() // throws with the reason if there is none
  const pages = Math.ceil(bytes / WASM_PAGE)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 0x10000 })
  const env = { memory, host: never, trace: never, slice: never }
  const core = new WebAssembly.Instance(module, { env }).exports as unknown as CoreExports
  return { core, buffer: memory.buffer }
}

/**
 * Opens the workspace. Throws a RangeError when the system does not have so much memory.
 *
 * The memory never grows, because growing detaches its buffer. As soon as one buffer of a process has been detached, V8 looks at each
 * access to any typed array whether that one is: a host call that reads three registers took 0.8 ns more (bench/micro/host-call.mjs).
 */
function openWorkspace(bytes: number): Workspace {
  const old = workspace
  const size = old?.buffer.byteLength ?? 0
  if (old === undefined || size < bytes || (size > SIZE && bytes <= SIZE)) {
    workspace = createInstance(Math.max(SIZE, 2 ** Math.ceil(Math.log2(bytes))))
    if (old !== undefined && size < bytes)
      new Uint8Array(workspace.buffer).set(new Uint8Array(old.buffer).subarray(0, used))
  } else workspace = { core: old.core, buffer: old.buffer }
  used = bytes
  return workspace
}

/** Whether nobody has opened the workspace since this was opened. */
export function isOpen(opened: Workspace): boolean {
  return workspace === opened
}
