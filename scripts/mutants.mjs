// Puts mistakes into modules of compiled code, one at a time, and looks whether the verifier refuses them; what it accepts runs,
// with every load and store reported. Prints counts, and fails when something accepted touched what it must not.
//
//   npm run mutants -- [--count 10000] [--seed mutants]
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const ROOT = resolve(import.meta.dirname, '..')
const { values } = parseArgs({
  options: { count: { type: 'string', default: '10000' }, seed: { type: 'string', default: 'mutants' } },
})
const bundle = await build({
  entryPoints: [join(ROOT, 'test/verify/mutants.ts')],
  bundle: true,
  format: 'esm',
  platform: 'node',
  write: false,
  external: ['vitest'],
  define: { 'import.meta.dirname': JSON.stringify(join(ROOT, 'test/verify')) },
  alias: { vitest: join(ROOT, 'scripts/no-tests.mjs') },
})
const { judgeMutants } = await import(
  `data:text/javascript;base64,${Buffer.from(bundle.outputFiles[0].text).toString('base64')}`
)

const print = counts => {
  const refused = [...counts.refused].sort((a, b) => b[1] - a[1])
  const sum = refused.reduce((total, [, n]) => total + n, 0)
  const { mutants, accepted, different, trapped, accesses, unsafe } = counts
  console.log(`${mutants} mutants: ${sum} refused (${refused.map(([rule, n]) => `${rule} ${n}`).join(', ')})`)
  console.log(
    `${accepted} accepted and run, ${accesses} accesses: ${unsafe.length} unsafe, ${different} wrong, ${trapped} trapped`,
  )
}
const counts = judgeMutants(values.seed, Number(values.count), now => {
  if (process.stdout.isTTY) process.stdout.write(`\r${now.mutants}`)
})
print(counts)
for (const line of counts.unsafe.slice(0, 20)) console.log(line)
for (const line of counts.traps.slice(0, 20)) console.log(`trapped: ${line}`)
process.exit(counts.unsafe.length === 0 ? 0 : 1)
