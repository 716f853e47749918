// coulis has the functions of anan-as with their types, as published. Compiled by test/compat/types.test.ts, never run.
import type * as release from '@fluffylabs/anan-as'
import { createAnanas } from '../../../src/compat/ananas.ts'

/** What anan-as' own tools take as `{ pvm }`. */
type PvmApi = Pick<
  typeof release,
  | 'HasMetadata'
  | 'InputKind'
  | 'prepareProgram'
  | 'runProgram'
  | 'pvmStart'
  | 'pvmDestroy'
  | 'pvmResume'
  | 'pvmReadMemory'
  | 'pvmWriteMemory'
  | 'pvmSetRegisters'
>

/** What debuggers and typeberry use. */
type DebuggerApi = Pick<
  typeof release,
  | 'resetJAM'
  | 'resetGeneric'
  | 'resetGenericWithMemory'
  | 'nextStep'
  | 'nSteps'
  | 'getProgramCounter'
  | 'setNextProgramCounter'
  | 'getStatus'
  | 'getExitArg'
  | 'getGasLeft'
  | 'setGasLeft'
  | 'getRegisters'
  | 'setRegisters'
  | 'getPageDump'
  | 'getMemory'
  | 'setMemory'
  | 'getGasCosts'
  | 'disassemble'
>

export const pvm: PvmApi = createAnanas({ engine: 'auto' })
export const debuggerApi: DebuggerApi = createAnanas()

// @ts-expect-error: pointers into its memory are not there
export const pointers: Pick<typeof release, 'getPagePointer'> = createAnanas()

declare const lacking: Omit<ReturnType<typeof createAnanas>, 'nSteps'>
// @ts-expect-error: every function is asked for
export const incomplete: DebuggerApi = lacking
