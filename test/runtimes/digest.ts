// A hash over everything observable of machines: exits, pc, gas, registers, pages and their bytes. For equality between
// engines and runtimes, not for security.
import type { Engine, Vm } from '../../src/index.ts'

/** A running 64-bit hash over 32-bit words (two multiply-rotate lanes, xxHash's primes, cross-mixed at the end). */
export class Digest {
  #a = 0x9e3779b1
  #b = 0x85ebca77
  #words = 0

  word(word: number): void {
    this.#a = Math.imul(rotl(this.#a ^ word, 13), 0x9e3779b1)
    this.#b = Math.imul(rotl((this.#b + word) | 0, 17), 0x27d4eb2f)
    this.#words = (this.#words + 1) | 0
  }

  words(words: Uint32Array): void {
    for (let i = 0; i < words.length; i++) this.word(words[i]!)
  }

  big(value: bigint): void {
    this.word(Number(BigInt.asIntN(32, value)))
    this.word(Number(BigInt.asIntN(32, value >> 32n)))
  }

  text(text: string): void {
    this.word(text.length)
    for (let i = 0; i < text.length; i++) this.word(text.charCodeAt(i))
  }

  /** 16 hex digits. */
  toString(): string {
    const a = finish(this.#a ^ this.#words, this.#b)
    const b = finish(this.#b, a)
    return [a, b].map(half => (half >>> 0).toString(16).padStart(8, '0')).join('')
  }
}

function rotl(word: number, count: number): number {
  return (word << count) | (word >>> (32 - count))
}

function finish(word: number, other: number): number {
  let h = word ^ other
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

const PAGE_SIZE = 4096

function isZero(words: Uint32Array): boolean {
  for (let i = 0; i < words.length; i++) if (words[i] !== 0) return false
  return true
}

/** Adds rights and contents of all pages. Pages of zeros add their number and rights only. */
export function digestMemory(digest: Digest, vm: Vm): void {
  const words = new Uint32Array(PAGE_SIZE / 4)
  const bytes = new Uint8Array(words.buffer)
  for (const { page, count, access } of vm.memory.pages()) {
    digest.word(page)
    digest.word(count)
    digest.word(access)
    for (let i = 0; i < count; i++) {
      if (vm.memory.read((page + i) * PAGE_SIZE, bytes) !== 0) throw new Error(`page ${page + i} is not readable`)
      if (isZero(words)) continue
      digest.word(page + i)
      digest.words(words)
    }
  }
}

/** Adds how a machine stopped and its state, without memory. */
export function digestState(digest: Digest, vm: Vm): void {
  digest.word(vm.exit ?? 255)
  digest.word(vm.exitArg)
  digest.word(vm.pc)
  digest.word(vm.paperPc)
  digest.big(vm.gas)
  digest.big(vm.gasUsed)
  digest.word(vm.heapEnd)
  digest.words(vm.regs32)
}

/** An engine like `engine` whose machines add to the digest: their state at every exit, their memory when disposed. */
export function watchedEngine(engine: Engine, digest: Digest, count: (vm: Vm) => void): Engine {
  return {
    kind: engine.kind,
    instantiate(program, options) {
      const vm = engine.instantiate(program, options)
      const run = vm.run.bind(vm)
      const dispose = vm.dispose.bind(vm)
      vm.run = () => {
        const exit = run()
        digestState(digest, vm)
        return exit
      }
      vm.dispose = () => {
        digestMemory(digest, vm)
        count(vm)
        dispose()
      }
      return vm
    },
  }
}
