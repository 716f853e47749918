// Many different programs go through one process: what the process holds has to stay what it is. Prints the resident set and the heap
// as they go. With --dropped nothing is disposed of, and the event loop gets a turn now and then.
//   node bench/micro/flat-memory.mjs [--programs 100000] [--dropped]
import { parseArgs } from 'node:util'

const { assemble, createEngine, loadProgram } = await import(`${process.env.COULIS_DIST ?? '../../dist'}/lib/index.js`)
const { values: options } = parseArgs({
  options: { programs: { type: 'string', default: '100000' }, dropped: { type: 'boolean' } },
})
const count = Number(options.programs)
const { bytes } = assemble(`.format raw
    load_imm r2, 0x7fffffff
    load_imm r3, 300
    load_imm r4, 0x20000
    fallthrough
@loop:
    add_64 r2, r2, r3
    store_ind_u64 [r4], r2
    add_imm_64 r4, r4, 8
    add_imm_64 r3, r3, -1
    branch_ne_imm r3, 0, @loop
    trap`)
/** Where the immediate of the first instruction is: each program has another one there. */
const at = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xff && bytes[i + 3] === 0x7f)
const engines = ['auto', 'interpreter'].map(kind => createEngine({ kind }))
const pages = [{ address: 0x20000, length: 0x1000, access: 3 }]
const mb = bytes => (bytes / 2 ** 20).toFixed(0).padStart(5)

console.log('programs   rss MB   heap MB   external MB')
for (let n = 0; n <= count; n++) {
  const own = bytes.slice()
  new DataView(own.buffer).setUint32(at - 0, n, true)
  const program = loadProgram(own, { kind: 'raw' })
  const vm = engines[n & 1].instantiate(program, { gas: 10_000n, pages })
  vm.run()
  if (!options.dropped) vm.dispose()
  else if (n % 50 === 0) await new Promise(resolve => setImmediate(resolve))
  if (n % Math.ceil(count / 10) === 0) {
    const { rss, heapUsed, external } = process.memoryUsage()
    console.log(`${String(n).padStart(8)}   ${mb(rss)}    ${mb(heapUsed)}     ${mb(external)}`)
  }
}
