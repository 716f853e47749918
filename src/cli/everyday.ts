// The commands that are asked for most, in one file of the bundle: a file less to load is a millisecond less. Not a command.
export { addAsm } from './asm.ts'
export { addDisasm } from './disasm.ts'
export { addEngines } from './engines.ts'
export { addGas } from './gas.ts'
export { addInspect } from './inspect.ts'
export { addReplay } from './replay.ts'
export { addRun } from './run.ts'
