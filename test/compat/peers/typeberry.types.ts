// coulis' machine for typeberry has the type of typeberry's interface, as published. Compiled by test/compat/types.test.ts, never
// run. The lines that must not compile make sure that the others say something.
import type { Gas, IGasCounter, IMemory, IPvmInterpreter, IRegisters, Status } from '@typeberry/lib/pvm-interface'
import type { OK } from '@typeberry/lib/utils'
import { createTypeberryPvm, type TypeberryPvm } from '../../../src/compat/typeberry.ts'

// As in typeberry's manager of instances: nothing is said of types, all of them are inferred.
export const instances: IPvmInterpreter[] = []
instances.push(createTypeberryPvm({ engine: 'auto' }))
instances.push(createTypeberryPvm())

export const pvm: IPvmInterpreter = createTypeberryPvm({ engine: 'reference', profile: 'gp-0.8.0' })

type Address = Parameters<IMemory['store']>[0]
type Ours = TypeberryPvm<Address, Gas, Status, OK>
declare const ours: Ours
export const gas: IGasCounter = ours.gas
export const memory: IMemory = ours.memory
export const registers: IRegisters = ours.registers

// @ts-expect-error: without typeberry's numbers it is somebody else's machine
export const plain: IPvmInterpreter = createTypeberryPvm<number, bigint, number, OK>()

declare const lacking: Omit<Ours, 'getExitParam'>
// @ts-expect-error: every member is asked for
export const incomplete: IPvmInterpreter = lacking

declare const wrong: Omit<Ours, 'getStatus'> & { getStatus(): Status | undefined }
// @ts-expect-error: and has its type
export const mistyped: IPvmInterpreter = wrong

// @ts-expect-error: there is no such engine
createTypeberryPvm({ engine: 'ananas' })
