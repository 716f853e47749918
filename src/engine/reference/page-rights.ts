// Which pages of a guest may be read and written. paged-memory.ts has what they hold.
import { Access } from '../../blob/address-space.ts'

/** How many pages a chunk has. Rights are kept by chunks, so that a heap of gigabytes takes thousands of steps and not a million. */
const CHUNK = 1024

/** The rights of pages. A page has none until some are set. */
export class PageRights {
  readonly #chunks = new Map<number, Uint8Array>()

  /** The right of a page. */
  of(page: number): Access {
    return (this.#chunks.get(Math.floor(page / CHUNK))?.[page % CHUNK] ?? Access.None) as Access
  }

  /** Sets the right of `count` pages from `page` on. */
  set(page: number, count: number, access: Access): void {
    for (let at = page; at < page + count; ) {
      const chunk = Math.floor(at / CHUNK)
      const end = Math.min(page + count, (chunk + 1) * CHUNK)
      let rights = this.#chunks.get(chunk)
      if (rights === undefined && access !== Access.None) {
        rights = new Uint8Array(CHUNK)
        this.#chunks.set(chunk, rights)
      }
      rights?.fill(access, at - chunk * CHUNK, end - chunk * CHUNK)
      at = end
    }
  }

  /** The pages that have a right, in order. */
  *pages(): Generator<number> {
    for (const chunk of [...this.#chunks.keys()].sort((a, b) => a - b)) {
      for (const [i, access] of this.#chunks.get(chunk)!.entries()) if (access !== Access.None) yield chunk * CHUNK + i
    }
  }

  /** Takes all rights away. */
  clear(): void {
    this.#chunks.clear()
  }
}
