// A ready worker: import or start this file as a worker of a page, of Deno or of Bun, and it speaks the debugger's protocol.
// Not for the main thread of a page, whose messages it would take.
import { serveWorker, type WorkerScope } from './debugger-protocol.ts'

/** Whether the file runs in a worker, and serves. */
export const isServing: boolean = 'WorkerGlobalScope' in globalThis

if (isServing) serveWorker(globalThis as unknown as WorkerScope)
