// The columns of the workspace's tables as typed arrays. The contract (contract.gen.ts) says which elements a column has, and of which
// things it has an entry for each. decoder.ts and recompiler/tables.ts fill columns in.
import type { Areas } from './workspace.ts'

/** The typed array for each element type of the contract. */
interface Arrays {
  readonly u8: Uint8ArrayConstructor
  readonly s8: Int8ArrayConstructor
  readonly u16: Uint16ArrayConstructor
  readonly s32: Int32ArrayConstructor
  readonly u32: Uint32ArrayConstructor
}
const ARRAYS: Arrays = { u8: Uint8Array, s8: Int8Array, u16: Uint16Array, s32: Int32Array, u32: Uint32Array }
type Element = keyof Arrays
type ArrayOf<E extends Element> = InstanceType<Arrays[E]>

/** The columns of a struct: the type of its elements, the things that it has an entry for, and how many words an entry has. */
export type ColumnTypes = Readonly<
  Record<string, { readonly element: Element; readonly by: string; readonly words: number }>
>
/** The typed array of each column. */
export type Columns<K extends ColumnTypes> = { readonly [C in keyof K]: ArrayOf<K[C]['element']> }
/** How many there are of the things that columns have entries for. */
export type Entries<K extends ColumnTypes> = Readonly<Record<K[keyof K]['by'], number>>
/** The address of each column. */
export type Addresses<K extends ColumnTypes> = { readonly [C in keyof K]: number }

function mapColumns<K extends ColumnTypes>(types: K, of: (type: K[keyof K], column: keyof K) => unknown): unknown {
  const names = Object.keys(types) as (keyof K)[]
  return Object.fromEntries(names.map(column => [column, of(types[column]!, column)]))
}

/** Takes room for columns with so many entries. */
export function placeColumns<K extends ColumnTypes>(types: K, entries: Entries<K>, areas: Areas): Addresses<K> {
  return mapColumns(types, ({ element, by, words }) =>
    areas.take(ARRAYS[element].BYTES_PER_ELEMENT * words * entries[by as K[keyof K]['by']]),
  ) as Addresses<K>
}

/** Live views of the columns at their addresses. */
export function viewColumns<K extends ColumnTypes>(
  types: K,
  entries: Entries<K>,
  at: Addresses<K>,
  buffer: ArrayBuffer,
): Columns<K> {
  return mapColumns(
    types,
    ({ element, by, words }, column) =>
      new ARRAYS[element](buffer, at[column], words * entries[by as K[keyof K]['by']]),
  ) as Columns<K>
}
