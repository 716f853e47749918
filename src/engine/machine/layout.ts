// Where things are in the one WebAssembly.Memory of a machine: the part of the contract that this is about, by its own name.
// Not the numbers: scripts/contract-schema.ts.
export {
  AT_ARENA,
  AT_FRAMES,
  AT_RIGHTS,
  AT_TABLES,
  AT_VM,
  AT_WINDOW,
  MEMORY_SIZE,
  ROTATION,
  TOP_SIZE,
  VM,
  WINDOW_END,
} from './contract.gen.ts'
