// runAsync: turns of the event loop, signals, host functions that return promises. Every engine.
import { describe, expect, it } from 'vitest'
import { Exit, HostAction, HostCallError, type HostFunction, type StartOptions, type Vm } from '../../src/index.ts'
import { type CreateVm, programOf } from './cases.ts'
import { hostOf } from './host-calls.ts'

const TEXT = 'add_imm_64 r7, r7, 1\ncall: ecalli 1\nafter: add_imm_64 r7, r7, 1\nend: trap'
const ENDLESS = 'loop: add_imm_64 r7, r7, 1\njump @loop'
const later = (ms = 1): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  return undefined
}

/** The suite. */
export function asyncSuite(createVm: CreateVm): void {
  const { program, labels } = programOf(TEXT)
  const call = labels.get('call')!
  const after = labels.get('after')!
  const start = (fn: HostFunction, options: StartOptions = {}, price: number | (() => bigint) = 10): Vm =>
    createVm(program, { gas: 100n, host: hostOf(fn, price), ...options })
  const endless = (): Vm => createVm(programOf(ENDLESS).program, { gas: 2n ** 62n })

  describe('answers the same as without promises', () => {
    const answers: readonly (readonly [string, (vm: Vm) => HostAction | undefined])[] = [
      ['nothing', () => undefined],
      ['Continue', () => HostAction.Continue],
      ['Halt', () => HostAction.Halt],
      ['Panic', () => HostAction.Panic],
      ['Stop', () => HostAction.Stop],
      ['OutOfGas', () => HostAction.OutOfGas],
      ['Again', () => HostAction.Again],
      ['no action', () => 77 as never],
      [
        'an error',
        () => {
          throw new Error('mistake')
        },
      ],
      [
        'registers',
        vm => {
          vm.regs[7] = 50n
          vm.memory.writeU8(0, 1)
          return undefined
        },
      ],
      [
        'a jump',
        vm => {
          vm.pc = labels.get('end')!
          return undefined
        },
      ],
      [
        'a charge',
        vm => {
          vm.chargeGas(20)
          return undefined
        },
      ],
      [
        'a charge too high',
        vm => {
          vm.chargeGas(20_000)
          return HostAction.Halt
        },
      ],
      [
        'negative gas',
        vm => {
          vm.gas = -5n
          return undefined
        },
      ],
      [
        'dispose',
        vm => {
          vm.dispose()
          return undefined
        },
      ],
    ]
    it.each(answers)('%s', async (_what, answer) => {
      for (const hostErrors of ['throw', 'panic'] as const) {
        const outcome = async (fn: HostFunction): Promise<unknown[]> => {
          const vm = start(fn, { hostErrors })
          const results: unknown[] = []
          for (let i = 0; i < 2; i++) {
            let exit: unknown
            try {
              exit = await vm.runAsync()
            } catch (error) {
              exit = String(error)
            }
            try {
              results.push(exit, vm.exit, vm.exitArg, vm.pc, vm.gas, [...vm.regs], vm.charged, String(vm.hostError))
            } catch (error) {
              results.push(exit, String(error))
            }
          }
          return results
        }
        const now = await outcome(vm => answer(vm))
        expect(await outcome(async vm => answer(vm))).toEqual(now)
        const slow = await outcome(async vm => {
          await later()
          return answer(vm)
        })
        expect(slow).toEqual(now)
      }
    })
  })

  it('the price is taken before, and the function may take its time with the live machine', async () => {
    const vm = start(async machine => {
      expect([machine.gas, machine.exitArg, machine.pc]).toEqual([88n, 1, after])
      await later()
      expect([machine.gas, machine.exitArg, machine.pc]).toEqual([88n, 1, after])
      machine.regs[7] = 40n
    })
    expect(await vm.runAsync()).toBe(Exit.Panic)
    expect([vm.regs[7], vm.gas]).toEqual([41n, 86n])
  })

  it('run and step that meet a promise throw, and runAsync goes on', async () => {
    for (const go of [(vm: Vm) => vm.run(), (vm: Vm) => vm.step(2), (vm: Vm) => vm.run({ maxGas: 90n })]) {
      let calls = 0
      const vm = start(async machine => {
        calls += 1
        await later()
        machine.regs[8] = 5n
      })
      expect(() => go(vm)).toThrow(/runAsync/)
      expect([vm.exit, vm.pc, vm.gas, vm.exitArg]).toEqual([Exit.Paused, after, 88n, 1])
      for (const refused of [() => vm.run(), () => vm.step(), () => vm.reset(), () => vm.switchTo(vm.kind)]) {
        expect(refused).toThrow(TypeError)
      }
      expect([vm.exit, vm.pc, vm.gas]).toEqual([Exit.Paused, after, 88n])
      expect([await vm.runAsync(), calls, vm.regs[8], vm.gas]).toEqual([Exit.Panic, 1, 5n, 86n])
    }
  })

  it('run goes on too, once the promise is settled', async () => {
    const vm = start(async machine => {
      machine.regs[8] = 5n
    })
    expect(() => vm.run()).toThrow(TypeError)
    await later()
    expect([vm.run(), vm.regs[8], vm.regs[7]]).toEqual([Exit.Panic, 5n, 2n])
  })

  it('a rejection is the error of the call, and nothing of it is left unhandled', async () => {
    const unhandled: unknown[] = []
    const note = (error: unknown): void => void unhandled.push(error)
    process.on('unhandledRejection', note)
    try {
      const fail = async (): Promise<void> => {
        await later()
        throw new Error('late mistake')
      }
      const vm = start(fail)
      const error = await rejection(vm.runAsync())
      expect(error).toBeInstanceOf(HostCallError)
      expect([(error as HostCallError).index, (error as HostCallError).pc]).toEqual([1, call])
      expect([vm.exit, vm.pc, vm.gas]).toEqual([Exit.Panic, call, 88n])
      // Nobody waits for these.
      const left = start(fail)
      expect(() => left.run()).toThrow(TypeError)
      const gone = start(fail)
      expect(() => gone.run()).toThrow(TypeError)
      gone.dispose()
      start(machine => {
        machine.dispose()
        return fail()
      }).run()
      await later(10)
      expect(unhandled).toEqual([])
    } finally {
      process.off('unhandledRejection', note)
    }
  })

  it('meanwhile the machine refuses what would disturb it', async () => {
    let open: (() => void) | undefined
    const vm = start(
      () =>
        new Promise<void>(resolve => {
          open = resolve
        }),
    )
    const running = vm.runAsync()
    for (const refused of [() => vm.run(), () => vm.step(), () => vm.reset(), () => vm.switchTo(vm.kind)]) {
      expect(refused).toThrow(/runAsync/)
    }
    expect(await rejection(vm.runAsync())).toBeInstanceOf(TypeError)
    open!()
    expect(await running).toBe(Exit.Panic)
    vm.reset({ gas: 1n })
    expect(vm.run()).toBe(Exit.OutOfGas)
  })

  it('dispose ends it while a promise is pending for ever, and between slices', async () => {
    const waiting = start(() => new Promise<void>(() => {}))
    const first = waiting.runAsync()
    waiting.dispose()
    expect(await first).toBe(Exit.Break)
    expect(() => waiting.regs).toThrow(TypeError)
    const running = endless()
    const second = running.runAsync({ sliceMs: 1 })
    setTimeout(() => running.dispose(), 5)
    expect(await second).toBe(Exit.Break)
  })

  it('a signal is seen between slices, and the machine goes on from there', async () => {
    const vm = endless()
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('enough')), 5)
    expect(String(await rejection(vm.runAsync({ signal: stop.signal, sliceMs: 1 })))).toBe('Error: enough')
    const { gas } = vm
    expect([vm.exit, gas < 2n ** 62n]).toEqual([Exit.Paused, true])
    expect([vm.run({ maxGas: 10n }), vm.gas]).toEqual([Exit.Paused, gas - 10n])
    const aborted = await rejection(vm.runAsync({ signal: AbortSignal.abort(new Error('before')) }))
    expect([String(aborted), vm.gas]).toEqual(['Error: before', gas - 10n])
  })

  it('a signal is seen while a promise is pending; the next runAsync waits on for the same one', async () => {
    let calls = 0
    let answer = (): void => {}
    const asked = new Promise<void>(resolve => {
      answer = resolve
    })
    const vm = start(async machine => {
      calls += 1
      await asked
      machine.regs[8] = 1n
    })
    const signal = AbortSignal.timeout(2)
    expect(await rejection(vm.runAsync({ signal }))).toBe(signal.reason)
    expect([await vm.runAsync({ maxMs: 2 }), vm.pc]).toEqual([Exit.Paused, after])
    answer()
    expect([await vm.runAsync(), calls, vm.regs[8]]).toEqual([Exit.Panic, 1, 1n])
  })

  it('bounds hold over all slices together', async () => {
    const vm = endless()
    expect([await vm.runAsync({ maxGas: 3_000_000n, sliceMs: 1 }), vm.gasUsed]).toEqual([Exit.Paused, 3_000_000n])
    expect(await vm.runAsync({ maxMs: 5, sliceMs: 1 })).toBe(Exit.Paused)
  })

  it('timers have their turn while a guest runs', async () => {
    const vm = endless()
    let turns = 0
    const timer = setInterval(() => {
      turns += 1
    }, 1)
    await vm.runAsync({ maxMs: 60, sliceMs: 2 })
    clearInterval(timer)
    expect(turns).toBeGreaterThan(1)
  })

  it('misuse is a rejection', async () => {
    const vm = endless()
    expect(await rejection(vm.runAsync({ signal: {} as AbortSignal }))).toBeInstanceOf(TypeError)
    expect(await rejection(vm.runAsync({ timeout: 5 } as never))).toBeInstanceOf(RangeError)
    expect(await rejection(vm.runAsync({ sliceMs: -5 }))).toBeInstanceOf(RangeError)
    vm.dispose()
    expect(await rejection(vm.runAsync())).toBeInstanceOf(TypeError)
  })
}
