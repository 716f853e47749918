// Many runs of a service over worker threads: the program goes to each thread once, compiled code with it.
//
//   npm install coulis tinypool && node pool.mjs
//
// tinypool is one library of many; what is sent is plain data. The threads run this same file.
import { readFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { createHost, HostResult } from 'coulis/host'
import { createTaskRunner, shareProgram } from 'coulis/pool'

/** In the threads: host functions are made where they run. Here they answer that there is nothing. */
const nothing = vm => {
  vm.regs[7] = HostResult.NONE
}
export default createTaskRunner({
  engine: 'auto',
  host: program => createHost({ read: nothing, write: nothing, log: nothing }, { profile: program.profile }),
})

if (isMainThread) {
  const { Tinypool } = await import('tinypool')
  const pool = new Tinypool({ filename: import.meta.url, minThreads: 2, maxThreads: 2 })
  const service = readFileSync(
    new URL(import.meta.resolve('coulis/package.json').replace('package.json', 'examples/counter.jam')),
  )
  const program = shareProgram(service, { compiled: true })
  const inputs = Array.from({ length: 20 }, (_, i) => Uint8Array.of(42, 0, i))
  const results = await Promise.all(inputs.map(args => pool.run({ program, args, entry: 'accumulate', gas: 10_000n })))
  const counts = results.map(({ outcome, result }) => (outcome === 'halt' ? result[0] : outcome))
  console.log(counts.join(' '))
  console.log(
    'gas',
    results.reduce((sum, { gasUsed }) => sum + gasUsed, 0n),
  )
  await pool.destroy()
}
