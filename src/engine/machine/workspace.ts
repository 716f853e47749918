// An instance of the core for the recompiler's passes, on a memory of its own: machines are neither needed nor touched,
// whatever they run. Not what the passes do: decoder.ts, and recompiler/tables.ts.
import { type CoreExports, coreModule } from './core.ts'
import { AT_TABLES } from './layout.ts'

const WASM_PAGE = 0x10000
/** A memory with more bytes than this is given up when a smaller one would do. */
const KEPT = 0x4000000

/** The core and its memory. Another object when the memory has moved: views on the one before are stale then. */
export interface Workspace {
  readonly core: CoreExports
  readonly buffer: ArrayBuffer
}

let memory: WebAssembly.Memory | undefined
let workspace: Workspace | undefined

function never(): never {
  throw new Error('assert: a workspace does not run programs')
}

function createInstance(pages: number): Workspace {
  memory = new WebAssembly.Memory({ initial: pages, maximum: 0x10000 })
  const env = { memory, host: never, trace: never, enter: never, slice: never }
  const core = new WebAssembly.Instance(coreModule(), { env }).exports as CoreExports
  return { core, buffer: memory.buffer }
}

/**
 * The process's workspace, with room for `bytes` from AT_TABLES on; 0: as it is.
 *
 * @throws RangeError when the system has not so much memory.
 */
export function openWorkspace(bytes: number): Workspace {
  const pages = Math.ceil((AT_TABLES + bytes) / WASM_PAGE)
  const fits = workspace !== undefined && workspace.buffer.byteLength >= pages * WASM_PAGE
  const spare = workspace !== undefined && workspace.buffer.byteLength > KEPT && pages * WASM_PAGE <= KEPT && bytes > 0
  if (workspace === undefined || memory === undefined || spare) workspace = createInstance(pages)
  else if (!fits) {
    memory.grow(pages - workspace.buffer.byteLength / WASM_PAGE)
    workspace = { core: workspace.core, buffer: memory.buffer }
  }
  return workspace
}
