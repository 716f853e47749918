// The commands that read programs and run none, in one file of the bundle with all they need (scripts/build-cli.mjs): what runs
// programs is twice as much to load. Not a command.
export { addAsm } from './asm.ts'
export { addDisasm } from './disasm.ts'
export { addInspect } from './inspect.ts'
