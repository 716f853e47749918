// Where the words of a machine are in its cell, as indices of `u32`. contract.gen.ts has their offsets in bytes.
import { AT_VM, VM } from './contract.gen.ts'

export const PC: number = (AT_VM + VM.pc) >>> 2
export const GAS_LOW: number = (AT_VM + VM.gas) >>> 2
export const GAS_HIGH: number = GAS_LOW + 1
export const EXIT: number = (AT_VM + VM.exit) >>> 2
export const EXIT_ARG: number = (AT_VM + VM.exitArg) >>> 2
export const CHARGED: number = (AT_VM + VM.charged) >>> 2
export const HEAP_END: number = (AT_VM + VM.heapEnd) >>> 2
export const HEAP_LIMIT: number = (AT_VM + VM.heapLimit) >>> 2
export const TRACE: number = (AT_VM + VM.trace) >>> 2
export const BUSY: number = (AT_VM + VM.busy) >>> 2
export const STACK: number = (AT_VM + VM.stack) >>> 2
export const HOT: number = (AT_VM + VM.hot) >>> 2
export const HOT_LEFT: number = (AT_VM + VM.hotLeft) >>> 2
