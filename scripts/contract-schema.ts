// What the core in C and TypeScript agree on: numbers, enumerations, structs and tables. Data only: contract.ts writes the C
// header and the TypeScript module from it. To add a field, add a line in schema/ and run `npm run core`.
export { ENUMERATIONS } from './schema/enumerations.ts'
export { OFFSETS, PUBLIC, SHARED } from './schema/header.ts'
export { ADDRESSES, NUMBERS } from './schema/numbers.ts'
export { DECODE, GRAPH, PROGRAM, RECORD } from './schema/structs.ts'
export type { CType, Enumeration, Field, Numeral, Struct } from './schema/types.ts'
