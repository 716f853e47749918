// What the schema is written in: fields, structs, numbers, enumerations. Not what is agreed on.

/** Element types as C writes them; `ptr` is a pointer to elements of the field's `to`. */
export type CType = 'u8' | 's8' | 'u16' | 's32' | 'u32' | 's64' | 'u64'

/** A field of a struct. In C `snake_case`, in TypeScript the same name in `camelCase`. */
export interface Field {
  readonly name: string
  readonly type: CType | 'context' | 'record'
  /** The field is an array of so many elements: the name of a number of NUMBERS, or two of them multiplied. */
  readonly length?: string
  /** The field is a pointer to elements of the type. This says what the elements are counted by. */
  readonly by?: string
  /** Whether the core does not write there. */
  readonly constant?: boolean
  /** Whether only the core uses it. TypeScript makes room for it at most. */
  readonly inside?: boolean
  readonly comment?: string
}

/** A struct at a fixed place of the workspace, or of one instruction. */
export interface Struct {
  readonly name: string
  readonly comment: string
  readonly fields: readonly Field[]
}

/** A number of both sides. */
export interface Numeral {
  readonly name: string
  readonly value: number
  readonly comment: string
  readonly hex?: boolean
  /** C compares it with signed numbers. */
  readonly signed?: boolean
}

/** Names in order, from 0 on unless values are given. */
export interface Enumeration {
  /** In TypeScript; C has `PREFIX_NAME`. */
  readonly name: string
  readonly prefix: string
  readonly comment: string
  readonly members: readonly (readonly [name: string, comment: string])[]
  readonly values?: readonly number[]
}
