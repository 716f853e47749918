// Swaps every two fields of the contract between C and TypeScript, and changes every number and element of it, on one side only: each
// has to be seen by what test/core/contract.test.ts compares with. Prints how many there were of each kind; fails when one is not seen.
//
//   npm run contract:swaps
import { join, resolve } from 'node:path'
import { build } from 'esbuild'

const ROOT = resolve(import.meta.dirname, '..')
const { outputFiles } = await build({
  entryPoints: [join(ROOT, 'test/core/contract-changes.ts')],
  bundle: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
  write: false,
})
const source = outputFiles[0].text.replaceAll('"esbuild"', JSON.stringify(import.meta.resolve('esbuild')))
const { changesOf, missedOf, readContract } = await import(
  `data:text/javascript;base64,${Buffer.from(source).toString('base64')}`
)

const contract = readContract(ROOT)
let changes = 0
const missed = []
for (const group of changesOf(contract, 'all')) {
  const unseen = await missedOf(contract, group)
  console.log(
    `${String(group.changes.length).padStart(6)} ${group.what}${unseen.length > 0 ? `, ${unseen.length} not seen` : ''}`,
  )
  changes += group.changes.length
  missed.push(...unseen.map(what => `${group.what}: ${what}`))
}
console.log(`${String(changes).padStart(6)} changes of one side, ${missed.length} not seen`)
for (const line of missed.slice(0, 30)) console.log(line)
process.exit(missed.length === 0 && changes > 0 ? 0 : 1)
