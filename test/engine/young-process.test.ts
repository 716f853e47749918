// That runs in a process whose first machine is just made end earlier, as those do that see others take the processor.
import { expect, it, vi } from 'vitest'
import { assemble, createEngine, Exit, loadProgram } from '../../src/index.ts'

it('a run of the first 100 ms ends a quarter of its time earlier, 2.5 ms at most, a later one does not', () => {
  let time = 5000
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    time += 0.1
    return time
  })
  try {
    const program = loadProgram(assemble('@loop:\nadd_imm_64 r7, r7, 1\njump @loop').bytes)
    const vm = createEngine({ kind: 'interpreter' }).instantiate(program, { gas: 2n ** 62n })
    const lasts = (maxMs: number): number => {
      const begun = time
      expect(vm.run({ maxMs })).toBe(Exit.Paused)
      return time - begun
    }
    expect(Math.abs(lasts(10) - 7.5)).toBeLessThan(0.6)
    expect(Math.abs(lasts(4) - 3)).toBeLessThan(0.6)
    expect(Math.abs(lasts(20) - 17.5)).toBeLessThan(0.6)
    expect(Math.abs(lasts(300) - 300)).toBeLessThan(0.6) // it ends when the process is no longer young
    expect(Math.abs(lasts(10) - 10)).toBeLessThan(0.6)
  } finally {
    clock.mockRestore()
  }
})
