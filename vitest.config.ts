import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    // A test that takes this long hangs; what has to be fast says so itself, in processor time (test/clock.ts).
    testTimeout: 900_000,
    hookTimeout: 900_000,
    // Processes, not threads: a thread cannot end before V8 has optimized, in the background, what other threads of the process
    // asked for, which takes half a minute for a compile bomb (test/hostile/bombs.ts). A process is simply killed.
    // And the main thread of a process has the stack that users have.
    pool: 'forks',
    maxWorkers: 2,
  },
})
