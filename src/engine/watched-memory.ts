// Guest memory that is watched while one host function has it: what is written through it is told, bytes that are written through views
// too. What is done with that is for others to say: trace/record.ts, inside/journal-memory.ts.

import type { Access } from '../blob/address-space.ts'
import { type Memory, type MemoryResult, OK, type PageRange } from './memory.ts'

/** A view that the host function has, and the bytes that it had when they were last looked at. */
interface SeenView {
  readonly address: number
  readonly view: Uint8Array
  readonly before: Uint8Array
}

/** Passes everything on to the memory it was made of. */
export abstract class WatchedMemory implements Memory {
  protected readonly memory: Memory
  readonly #views: SeenView[] = []

  constructor(memory: Memory) {
    this.memory = memory
  }

  /** Hears of bytes that were written. There is at least one. */
  protected abstract wrote(address: number, length: number): void

  /** Tells what was written through views since it was last called. */
  protected lookAtViews(): void {
    for (const { address, view, before } of this.#views) {
      let first = 0
      while (first < before.length && before[first] === view[first]) first += 1
      if (first === before.length) continue
      let last = before.length - 1
      while (before[last] === view[last]) last -= 1
      this.wrote(address + first, last + 1 - first)
      before.set(view)
    }
  }

  #told(result: MemoryResult, address: number, length: number): MemoryResult {
    if (result === OK && length > 0) this.wrote(address, length)
    return result
  }

  view(address: number, length: number): Uint8Array | undefined {
    const view = this.memory.view(address, length)
    if (view !== undefined) this.#views.push({ address, view, before: view.slice() })
    return view
  }

  readable(address: number, length: number): boolean {
    return this.memory.readable(address, length)
  }

  writable(address: number, length: number): boolean {
    return this.memory.writable(address, length)
  }

  failing(address: number, length: number, access: Access): number | undefined {
    return this.memory.failing(address, length, access)
  }

  readU8(address: number): number {
    return this.memory.readU8(address)
  }

  readU16(address: number): number {
    return this.memory.readU16(address)
  }

  readU32(address: number): number {
    return this.memory.readU32(address)
  }

  readU64(address: number): bigint {
    return this.memory.readU64(address)
  }

  read(address: number, into: Uint8Array): MemoryResult {
    return this.memory.read(address, into)
  }

  writeU8(address: number, value: number): MemoryResult {
    return this.#told(this.memory.writeU8(address, value), address, 1)
  }

  writeU16(address: number, value: number): MemoryResult {
    return this.#told(this.memory.writeU16(address, value), address, 2)
  }

  writeU32(address: number, value: number): MemoryResult {
    return this.#told(this.memory.writeU32(address, value), address, 4)
  }

  writeU64(address: number, value: bigint): MemoryResult {
    return this.#told(this.memory.writeU64(address, value), address, 8)
  }

  write(address: number, bytes: Uint8Array): MemoryResult {
    return this.#told(this.memory.write(address, bytes), address, bytes.length)
  }

  load(address: number, bytes: Uint8Array): MemoryResult {
    return this.#told(this.memory.load(address, bytes), address, bytes.length)
  }

  access(page: number): Access {
    return this.memory.access(page)
  }

  protect(page: number, count: number, access: Access): void {
    this.memory.protect(page, count, access)
  }

  zero(page: number, count: number): void {
    this.memory.zero(page, count)
  }

  pages(): PageRange[] {
    return this.memory.pages()
  }

  written(): number[] {
    return this.memory.written()
  }
}
