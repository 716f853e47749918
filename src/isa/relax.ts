// Chooses how many bytes each jump offset takes. Not the encoding: the result is only widths and where things lie.
import { shortestWidth } from './encode.ts'

/** A jump offset whose width depends on the layout. */
export interface JumpSite {
  /** Index of the instruction in the list of lengths. */
  readonly item: number
  /** Index of the item jumped to, or undefined for `pc`. */
  readonly target: number | undefined
  /** Absolute target where `target` is undefined. */
  readonly pc: number
  /** The width the writer insists on, or undefined for the shortest. */
  readonly width: number | undefined
}

/** Where everything lies: `offsets` has one entry more than there are items, the end. */
export interface CodeLayout {
  readonly offsets: Float64Array
  readonly widths: Uint8Array
}

/**
 * Lays out items one behind the other. Offsets start at the fewest bytes and grow until all fit; growing moves
 * labels only further apart, so this ends, with the smallest layout there is.
 *
 * @param lengths bytes of each item without its jump offset.
 */
export function layoutCode(lengths: readonly number[], jumps: readonly JumpSite[]): CodeLayout {
  const widths = new Uint8Array(lengths.length)
  const offsets = new Float64Array(lengths.length + 1)
  for (const { item, width } of jumps) if (width !== undefined) widths[item] = width
  for (let changed = true; changed; ) {
    changed = false
    let at = 0
    for (let i = 0; i < lengths.length; i++) {
      offsets[i] = at
      at += lengths[i]! + widths[i]!
    }
    offsets[lengths.length] = at
    for (const { item, target, pc, width } of jumps) {
      if (width !== undefined) continue
      const needed = Math.min(4, shortestWidth((target === undefined ? pc : offsets[target]!) - offsets[item]!))
      if (needed <= widths[item]!) continue
      widths[item] = needed
      changed = true
    }
  }
  return { offsets, widths }
}
