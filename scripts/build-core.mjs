// Builds the C core. From the tables it makes contract.gen.h and contract.gen.ts, opcodes.gen.h, costs.gen.h, fused.gen.h,
// hosts/names.gen.h and the recompiler's templates.gen.ts. With clang-19 it makes the wasm module, core.gen.ts and small-core.gen.ts of
// src/core/, and blake2b.gen.ts of src/hash/.
// `--check` builds in a folder of its own and compares with what is committed. Without clang it says so and succeeds.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'

const ROOT = join(import.meta.dirname, '..')
const HEADER = join(ROOT, 'core/isa/opcodes.gen.h')
const COSTS = join(ROOT, 'core/gas/costs.gen.h')
const FUSED = join(ROOT, 'core/isa/fused.gen.h')
const TEMPLATES = join(ROOT, 'src/engine/recompiler/templates.gen.ts')
const NAMES = join(ROOT, 'core/hosts/names.gen.h')
const CONTRACT_HEADER = join(ROOT, 'core/machine/contract.gen.h')
const CONTRACT_MODULE = join(ROOT, 'src/core/contract.gen.ts')
const MODULE = join(ROOT, 'src/core/core.gen.ts')
const SMALL_MODULE = join(ROOT, 'src/core/small-core.gen.ts')
const WASM = join(ROOT, 'core/core.wasm')
const BLAKE2B = join(ROOT, 'src/hash/blake2b.gen.ts')
const check = process.argv.includes('--check')

/** The wasm build: no floats, no exceptions, nothing beyond what Node 20 and all browsers of its age have. */
export const WASM_FLAGS = [
  '--target=wasm32',
  '-std=c11',
  '-O3',
  '-ffreestanding',
  '-mbulk-memory',
  '-msign-ext',
  '-mmutable-globals',
  '-fno-strict-aliasing',
  '-Wall',
  '-Wextra',
  '-Werror',
]

/** Linked by hand: as a driver clang runs whatever wasm-opt the PATH has, with another result each time. */
const LINK_FLAGS = [
  '--no-entry',
  '--import-memory',
  '--initial-memory=1048576',
  '--max-memory=4294967296',
  '--global-base=65536',
  '--strip-all',
  '--export=__stack_pointer',
  '--export-table',
  '--growable-table',
  '-z',
  'stack-size=65536',
]

/** The hash function's module has its own small memory. */
const HASH_LINK_FLAGS = [
  '--no-entry',
  '--strip-all',
  '--export=blake2b_begin',
  '--export=blake2b_absorb',
  '--export=blake2b_buffer',
  '--export=blake2b_state',
  '-z',
  'stack-size=4096',
]

/** What a TypeScript generator exports. */
async function generator(name) {
  const bundle = await build({
    entryPoints: [join(ROOT, 'scripts', name)],
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
  })
  return import(`data:text/javascript;base64,${Buffer.from(bundle.outputFiles[0].text).toString('base64')}`)
}

function clang() {
  for (const name of ['clang-19', process.env.CLANG].filter(Boolean)) {
    try {
      execFileSync(name, ['--version'], { stdio: 'ignore' })
      return name
    } catch {}
  }
  return undefined
}

/** The module with a section `coulis` that says which core it is: `useCore` takes no other. */
function sign(wasm, id) {
  const content = Buffer.concat([Buffer.from([6]), Buffer.from('coulis'), id])
  return Buffer.concat([wasm, Buffer.from([0, content.length]), content])
}

const hexLines = wasm => wasm.toString('hex').match(/.{1,116}/g)

/** The core in hex, as a TypeScript module. */
function toModule(wasm, id, what) {
  return [
    '// Made by `npm run core` from core/ with clang-19. Do not edit.',
    '/** Which core this is: the contents of its section `coulis`, as hex. */',
    `export const CORE_ID: string = '${id.toString('hex')}'`,
    `/** ${what}, in hex. */`,
    'export const CORE_HEX: string = `',
    ...hexLines(wasm),
    '`',
    '',
  ].join('\n')
}

/** BLAKE2b's module in hex, as a TypeScript module. */
function toHashModule(wasm) {
  return [
    '// Made by `npm run core` from core/hash/blake2b.c with clang-19. Do not edit.',
    '/** BLAKE2b as a WebAssembly module, in hex. */',
    'export const BLAKE2B_HEX: string = `',
    ...hexLines(wasm),
    '`',
    '',
  ].join('\n')
}

/** Compiles and links a file of core/. */
function buildWasm(compiler, source, compileFlags, linkFlags) {
  const folder = mkdtempSync(join(tmpdir(), 'coulis-core-'))
  const output = join(folder, 'out.wasm')
  const object = join(folder, 'out.o')
  execFileSync(compiler, [...WASM_FLAGS, ...compileFlags, '-c', '-o', object, join(ROOT, 'core', source)], {
    stdio: 'inherit',
  })
  execFileSync('wasm-ld-19', [...linkFlags, '-o', output, object], { stdio: 'inherit' })
  return readFileSync(output)
}

const failures = []
function put(path, content, what) {
  if (!check) return writeFileSync(path, content)
  let present
  try {
    present = readFileSync(path)
  } catch {}
  if (present === undefined || !Buffer.from(content).equals(present)) failures.push(what)
}

const contract = await generator('contract.ts')
const PUBLIC_HEADER = join(ROOT, 'core/pvm.h')
put(PUBLIC_HEADER, contract.renewPublicHeader(readFileSync(PUBLIC_HEADER, 'utf8')), 'core/pvm.h')
put(CONTRACT_HEADER, contract.generateContractHeader(), 'core/machine/contract.gen.h')
put(CONTRACT_MODULE, contract.generateContractModule(), 'src/core/contract.gen.ts')
put(HEADER, (await generator('opcodes.ts')).generateOpcodes(), 'core/isa/opcodes.gen.h')
put(COSTS, (await generator('costs.ts')).generateCosts(), 'core/gas/costs.gen.h')
put(FUSED, (await generator('fused.ts')).generateFused(), 'core/isa/fused.gen.h')
put(NAMES, (await generator('names.ts')).generateNames(), 'core/hosts/names.gen.h')
put(TEMPLATES, (await generator('templates.ts')).generateTemplates(), 'src/engine/recompiler/templates.gen.ts')
const compiler = clang()
if (compiler === undefined) {
  const message = 'core: clang-19 is not installed (Debian: apt install clang-19 lld-19)'
  if (!check) {
    console.error(message)
    process.exit(1)
  }
  console.log(`${message}; the wasm module is not compared`)
} else {
  const bare = buildWasm(compiler, 'core.c', [], LINK_FLAGS)
  const id = createHash('sha256').update(bare).digest().subarray(0, 8)
  const wasm = sign(bare, id)
  const small = sign(buildWasm(compiler, 'core.c', ['-DPVM_PASSES=0'], LINK_FLAGS), id)
  put(MODULE, toModule(wasm, id, 'The C core as a WebAssembly module'), 'src/core/core.gen.ts')
  put(
    SMALL_MODULE,
    toModule(small, id, 'The core without the passes of the recompiler, for the entry `coulis/interpreter`'),
    'src/core/small-core.gen.ts',
  )
  put(WASM, wasm, 'core/core.wasm')
  put(BLAKE2B, toHashModule(buildWasm(compiler, 'hash/blake2b.c', [], HASH_LINK_FLAGS)), 'src/hash/blake2b.gen.ts')
  console.log(`core: ${wasm.length} bytes of wasm, ${small.length} without the recompiler's passes`)
}
if (failures.length > 0) {
  console.error(`core: ${failures.join(', ')} differ from what the sources give; run npm run core`)
  process.exit(1)
}
