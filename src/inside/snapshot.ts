// A machine's whole state as a value: taken, put back, into another machine too, of any engine. Not a file: state-file.ts.

import { Access, PAGE_SIZE } from '../blob/address-space.ts'
import { createEngine } from '../engine/create.ts'
import type { Engine, HostTable, Vm } from '../engine/engine.ts'
import type { Memory, PageRange } from '../engine/memory.ts'
import { readInner, writeInner } from '../engine/vm/access.ts'
import type { InnerState } from '../engine/vm/inner-state.ts'
import { equalBytes } from '../program/equal-bytes.ts'
import type { Program } from '../program/program.ts'

/** A machine between two runs. Immutable: whoever changes its bytes changes the machines that are restored from it. */
export interface Snapshot {
  readonly program: Program
  readonly pc: number
  /** It is signed and has 64 bits. */
  readonly gas: bigint
  readonly gasUsed: bigint
  /** These are 13 unsigned values. */
  readonly regs: readonly bigint[]
  /** The basic block at pc has been paid; under the `instruction` model, the memset there, which has begun. */
  readonly charged: boolean
  readonly heapEnd: number
  /** What the machine does not show: from where gas is counted, how it stopped, what it does first. */
  readonly inner: InnerState
  /** These are pages with rights, ascending and merged. */
  readonly rights: readonly PageRange[]
  /** Contents of the pages that are not all zero, by page number, ascending. */
  readonly pages: ReadonlyMap<number, Uint8Array>
}

function isZero(bytes: Uint8Array): boolean {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  for (let i = 0; i < words.length; i++) if (words[i] !== 0) return false
  return true
}

function samePage(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true
  const x = new Uint32Array(a.buffer, a.byteOffset, a.length / 4)
  const y = new Uint32Array(b.buffer, b.byteOffset, b.length / 4)
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false
  return true
}

/** The pages that hold something a guest can see. Those that are as in `base` are its bytes. */
function pagesOf(memory: Memory, base: Snapshot['pages'] | undefined): Map<number, Uint8Array> {
  const pages = new Map<number, Uint8Array>()
  let bytes = new Uint8Array(PAGE_SIZE)
  for (const page of memory.written()) {
    if (memory.access(page) === Access.None) continue
    memory.read(page * PAGE_SIZE, bytes)
    const before = base?.get(page)
    if (before !== undefined && samePage(before, bytes)) pages.set(page, before)
    else if (!isZero(bytes)) {
      pages.set(page, bytes)
      bytes = new Uint8Array(PAGE_SIZE)
    }
  }
  return pages
}

/**
 * The whole state of a machine at rest. Takes time in proportion to the pages that hold something. What the host keeps for
 * itself is not in it.
 *
 * @param base an earlier snapshot of this machine: pages that are the same are kept once.
 * @throws TypeError when the machine runs, waits for a promise, is disposed of, or comes from `coulis/interpreter`.
 * @example const before = snapshot(vm); vm.run(); restore(vm, before)
 */
export function snapshot(vm: Vm, base?: Snapshot): Snapshot {
  const { startGas, gasMissing, exit, exitArg, ended, pending, overdrawn, heapLimit } = readInner(vm, 'snapshot')
  const { program, pc, gas, gasUsed, charged, heapEnd, memory } = vm
  return {
    program,
    pc,
    gas,
    gasUsed,
    regs: Array.from(vm.regs),
    charged,
    heapEnd,
    inner: { startGas, gasMissing, exit, exitArg, ended, pending, overdrawn, heapLimit },
    rights: memory.pages(),
    pages: pagesOf(memory, base?.pages),
  }
}

/** Whether two programs run alike: code, jump table and rules. */
function runsAlike(a: Program, b: Program): boolean {
  if (a === b) return true
  const tables = [a.jumpTable, b.jumpTable].map(
    table => new Uint8Array(table.buffer, table.byteOffset, table.byteLength),
  )
  return (
    equalBytes(a.code, b.code) &&
    equalBytes(a.bitmask, b.bitmask) &&
    equalBytes(tables[0]!, tables[1]!) &&
    a.jumpTableLength === b.jumpTableLength &&
    JSON.stringify(a.profile) === JSON.stringify(b.profile)
  )
}

function restoreMemory(memory: Memory, { rights, pages }: Snapshot): void {
  for (const { page, count } of memory.pages()) memory.protect(page, count, Access.None)
  for (const { page, count, access } of rights) memory.protect(page, count, access)
  for (const page of memory.written()) if (!pages.has(page)) memory.zero(page, 1) // written without rights, through a view
  for (const [page, bytes] of pages) memory.load(page * PAGE_SIZE, bytes)
}

/**
 * Makes a machine what the snapshot is: registers, pc, gas and what of it was used, memory with its rights, how it stopped and
 * what it does next, a host call that is open included. It keeps its engine, host and tracer. The snapshot may come from a
 * machine of another engine. Views of its memory stay views of it.
 *
 * @throws TypeError as `snapshot` does.
 * @throws RangeError when the snapshot is of a program with other code or rules.
 * @throws ResourceError when there is no memory for it: the machine is then neither what it was nor what it was to be.
 */
export function restore(vm: Vm, from: Snapshot): void {
  readInner(vm, 'restore')
  if (!runsAlike(vm.program, from.program))
    throw new RangeError('from: a snapshot of another program, or under other rules')
  restoreMemory(vm.memory, from)
  for (let i = 0; i < 13; i++) vm.regs[i] = from.regs[i]!
  vm.pc = from.pc
  vm.gas = from.gas
  vm.charged = from.charged
  vm.heapEnd = from.heapEnd
  writeInner(vm, from.inner)
}

/** These are the options of `fork`. */
export interface ForkOptions {
  /** This is the engine of the new machine. Without it, it is one of the same kind. */
  readonly engine?: Engine | undefined
  /** Its host; default: that of the first machine. A host with a state of its own is shared then. */
  readonly host?: HostTable | undefined
}

/**
 * Another machine with the same state: what one does from now on, the other does not see.
 *
 * @throws TypeError as `snapshot` does, ResourceError when there is no memory for it.
 * @example const other = fork(vm); other.run(); other.dispose()
 */
export function fork(vm: Vm, { engine, host }: ForkOptions = {}): Vm {
  const state = snapshot(vm)
  const around = readInner(vm, 'fork')
  const answering = host ?? around.host
  const twin = (engine ?? createEngine({ kind: vm.kind })).instantiate(vm.program, {
    gas: 0n,
    hostErrors: around.hostErrors,
    ...(answering && { host: answering }),
  })
  try {
    restore(twin, state)
  } catch (error) {
    twin.dispose()
    throw error
  }
  return twin
}

/** This spreads ranges into rights by page. */
function rightsOf(ranges: readonly PageRange[]): (page: number) => Access {
  let at = 0
  return page => {
    while (at < ranges.length && ranges[at]!.page + ranges[at]!.count <= page) at += 1
    const range = ranges[at]
    return range !== undefined && range.page <= page ? range.access : Access.None
  }
}

/** Pages where two ranges of rights begin or end, and all pages between that differ. */
function changedRights(before: readonly PageRange[], now: readonly PageRange[]): number[] {
  const borders = [...new Set([...before, ...now].flatMap(({ page, count }) => [page, page + count]))].sort(
    (a, b) => a - b,
  )
  const [a, b] = [rightsOf(before), rightsOf(now)]
  const changed: number[] = []
  for (let i = 0; i + 1 < borders.length; i++) {
    const page = borders[i]!
    if (a(page) === b(page)) continue
    for (let at = page; at < borders[i + 1]!; at++) changed.push(at)
  }
  return changed
}

/**
 * The pages whose rights or contents are not what they were, ascending. Compares what is there now, so a page that was written
 * and written back is not among them.
 *
 * @throws TypeError as `snapshot` does.
 */
export function changedPages(vm: Vm, since: Snapshot): number[] {
  const now = snapshot(vm, since)
  const changed = new Set(changedRights(since.rights, now.rights))
  for (const page of new Set([...since.pages.keys(), ...now.pages.keys()])) {
    if (since.pages.get(page) !== now.pages.get(page)) changed.add(page)
  }
  return [...changed].sort((a, b) => a - b)
}
