// The public surface of `coulis/host`: host functions and what is made of them. Not the machines: `coulis`.

export { gasCall, growHeapCall, type LogMessage, logCall } from './builtins.ts'
export { encodeConstants, FULL_CHAIN, type ProtocolConstants } from './constants.ts'
export * from './contract/index.ts'
export { hostPrice, unknownPrice } from './gas.ts'
export { createInnerMachines, type InnerMachines, type InnerOptions, type PreimageSource } from './inner.ts'
export type { InnerMachine } from './inner-machine.ts'
export {
  createInnerTable,
  type InnerStop,
  type InnerTable,
  type InnerTableOptions,
  type PagesMode,
} from './inner-table.ts'
export { type InvocationOptions, type InvocationResult, invokeProgram } from './invocation.ts'
export { createJamStub, type InvocationName, type JamStub, type JamStubOptions } from './jam-stub.ts'
export { HOST_CALL_NAMES, type HostCallName, type HostVersion, hostCallName, hostCallNumber } from './names.ts'
export { answer, type Destination, readBytes, registerNumber } from './registers.ts'
export { createHost, type HostHandler, type HostHandlers, type HostOptions } from './registry.ts'
export { HostResult, hostResultName } from './results.ts'
export * from './service/index.ts'
