// The shared suites every engine has to pass. A new engine is one line in test/engine/engines.test.ts.
import { describe } from 'vitest'
import { asyncSuite } from './async.ts'
import { boundsSuite } from './bounds.ts'
import type { CreateVm } from './cases.ts'
import { exitSuite } from './exits.ts'
import { gasSuite } from './gas.ts'
import { heapSuite } from './heap.ts'
import { hostCallSuite } from './host-calls.ts'
import { instructionSuite } from './instructions.ts'
import { memorySuite } from './memory.ts'
import { runSuite } from './runs.ts'
import { startSuite } from './start.ts'
import { tracerSuite } from './tracer.ts'

/** Defines all suites for one engine. */
export function engineSuite(name: string, createVm: CreateVm): void {
  describe(name, () => {
    describe('exits', () => exitSuite(createVm))
    describe('host calls', () => hostCallSuite(createVm))
    describe('bounds', () => boundsSuite(createVm))
    describe('promises', () => asyncSuite(createVm))
    describe('memory', () => memorySuite(createVm))
    describe('runs', () => runSuite(createVm))
    describe('starts', () => startSuite(createVm))
    describe('gas by blocks', () => gasSuite(createVm))
    describe('heap', () => heapSuite(createVm))
    describe('instructions', () => instructionSuite(createVm))
    describe('tracer', () => tracerSuite(createVm))
  })
}
