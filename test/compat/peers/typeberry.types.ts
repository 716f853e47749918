// coulis' machine for typeberry has the type of typeberry's interface, as published. Compiled by test/compat/types.test.ts, never
// run. The lines that must not compile make sure that the others say something.
import { NoMachineError, type RefineExternalities } from '@typeberry/lib/jam-host-calls'
import type { Gas, IGasCounter, IMemory, IPvmInterpreter, IRegisters, Status } from '@typeberry/lib/pvm-interface'
import { OK } from '@typeberry/lib/utils'
import {
  createTypeberryPvm,
  createTypeberryRefine,
  type TypeberryPvm,
  type TypeberryRefine,
} from '../../../src/compat/typeberry.ts'

// As in typeberry's manager of instances: nothing is said of types, all of them are inferred.
export const instances: IPvmInterpreter[] = []
instances.push(createTypeberryPvm({ engine: 'auto' }))
instances.push(createTypeberryPvm())

export const pvm: IPvmInterpreter = createTypeberryPvm({ engine: 'reference', profile: 'gp-0.8.0' })

type Address = Parameters<IMemory['store']>[0]
type Ours = TypeberryPvm<Address, Gas, Status, typeof OK>
declare const ours: Ours
export const gas: IGasCounter = ours.gas
export const memory: IMemory = ours.memory
export const registers: IRegisters = ours.registers

// @ts-expect-error: without typeberry's numbers it is somebody else's machine
export const plain: IPvmInterpreter = createTypeberryPvm<number, bigint, number, typeof OK>()

declare const lacking: Omit<Ours, 'getExitParam'>
// @ts-expect-error: every member is asked for
export const incomplete: IPvmInterpreter = lacking

declare const wrong: Omit<Ours, 'getStatus'> & { getStatus(): Status | undefined }
// @ts-expect-error: and has its type
export const mistyped: IPvmInterpreter = wrong

// @ts-expect-error: there is no such engine
createTypeberryPvm({ engine: 'ananas' })

// The inner machines, as a member of the node's refine externalities.
type Machines = Pick<RefineExternalities, Extract<keyof RefineExternalities, `machine${string}`>>
export const machines: Machines = createTypeberryRefine({ engine: 'auto', ok: OK, noMachine: NoMachineError })

// What is inferred there is checked here, without typeberry's marks on numbers: names, parameters, and what comes out.
type Loose<F> = F extends (...args: infer A) => Promise<unknown>
  ? (...args: A) => Promise<{ readonly isOk: boolean }>
  : never
declare const refine: TypeberryRefine<typeof OK, typeof NoMachineError>
export const loose: { [K in keyof Machines]: Loose<Machines[K]> } = refine
declare const missing: Omit<TypeberryRefine<typeof OK, typeof NoMachineError>, 'machinePeekFrom'>
// @ts-expect-error: all eight are asked for
export const seven: { [K in keyof Machines]: Loose<Machines[K]> } = missing
// @ts-expect-error: its error for a machine that is not there is needed
createTypeberryRefine({ ok: OK })
