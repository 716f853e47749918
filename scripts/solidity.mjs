// Makes test/fixtures/contracts/*.polkavm of test/host/contract/solidity/*.sol, and examples/contracts/flipper.polkavm of the source
// beside it, with the compiler that npm run solidity:tools installs.
//
//   node scripts/solidity.mjs           writes them
//   node scripts/solidity.mjs --check   fails where they are not what the compiler makes
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const sources = join(root, 'test/host/contract/solidity')
const fixtures = join(root, 'test/fixtures/contracts')
const examples = join(root, 'examples/contracts')
const { compile } = createRequire(join(sources, 'package.json'))('@parity/resolc')

const paths = [sources, examples].flatMap(folder => readdirSync(folder).map(name => join(folder, name)))
const input = Object.fromEntries(
  paths.filter(path => path.endsWith('.sol')).map(path => [basename(path), { content: readFileSync(path, 'utf8') }]),
)
const { contracts, errors = [] } = await compile(input)
for (const { severity, formattedMessage } of errors) if (severity === 'error') throw new Error(formattedMessage)

let different = 0
mkdirSync(fixtures, { recursive: true })
for (const file of Object.values(contracts)) {
  for (const [name, { evm }] of Object.entries(file)) {
    const code = Buffer.from(evm?.bytecode?.object ?? '', 'hex')
    if (code.length === 0) continue // an interface
    const path = name === 'Flipper' ? join(examples, 'flipper.polkavm') : join(fixtures, `${name}.polkavm`)
    const same = existsSync(path) && readFileSync(path).equals(code)
    if (!same && process.argv.includes('--check')) {
      different += 1
      console.error(`${path} is not what the compiler makes`)
    } else if (!same) writeFileSync(path, code)
    console.log(`${name}  ${code.length} bytes  ${same ? 'as it was' : 'differs'}`)
  }
}
if (different > 0) process.exit(1)
