// Which pages a cell has: ranges of pages with the same rights, and pages that may hold something.
import { type Access, PAGE_COUNT } from '../../blob/address-space.ts'
import type { Cell } from '../../core/cell.ts'
import { AT_VM, Used } from '../../core/contract.gen.ts'
import type { PageRange } from '../memory.ts'

/** The ranges of pages with the same rights, ascending. */
export function pagesOf({ core }: Cell): PageRange[] {
  const ranges: PageRange[] = []
  for (let page = core.pvm_next_mapped(AT_VM, 0); page < PAGE_COUNT; ) {
    const end = core.pvm_run_end(AT_VM, page)
    ranges.push({ page, count: end - page, access: core.pvm_access(AT_VM, page) as Access })
    page = core.pvm_next_mapped(AT_VM, end)
  }
  return ranges
}

/** The pages that may hold something other than zeros, ascending. */
export function writtenOf({ core }: Cell): number[] {
  const found: number[] = []
  if (core.pvm_used(AT_VM, Used.Touched) === 0) return found
  for (let page = -1; ; ) {
    page = core.pvm_next_written(AT_VM, page + 1)
    if (page >= PAGE_COUNT) return found
    found.push(page)
  }
}
