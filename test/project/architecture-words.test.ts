// What documents and comments say of the source tree is there: files, functions of files, and names of the code. Whether the rest is
// true, only a reader can say.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const FOLDERS = ['src', 'core', 'scripts', 'test', 'bench', 'docs', 'examples', 'apps/debugger', '.ci']

const all = FOLDERS.flatMap(folder =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map(entry => relative(ROOT, join(entry.parentPath, entry.name))),
)
for (const entry of readdirSync(ROOT, { withFileTypes: true })) if (entry.isFile()) all.push(entry.name)

const byName = new Map<string, string[]>()
for (const path of all) byName.set(basename(path), [...(byName.get(basename(path)) ?? []), path])

/** The files that a name in a text can mean: a path from the root, or its end. */
function filesOf(name: string): readonly string[] {
  return (byName.get(basename(name)) ?? []).filter(path => path === name || path.endsWith(`/${name}`))
}

const pages = all.filter(path => /^docs\/.*\.md$/.test(path) || path === 'README.md' || path === 'CONTRIBUTING.md')
/** Files of others, and what a reader writes who follows an example. */
const ELSEWHERE = new Set([
  'packages/jam-core/src/pvm/proxy.ts',
  'test/golden/NAME.pvm',
  'adapter.mjs',
  'pvm-isa.md',
  'polkavm-blob.md',
  'vectors/gas-model/README.md',
  'p.c',
])

/** Programs of their own, whose files the rest does not speak of by their bare names. */
const APART = /^(bench\/workloads|examples|apps)\//

const COMMENT = /(?:^|\s)\/\/.*$|\/\*[\s\S]*?\*\//gm
const sources = all.filter(file => /^(src|core|scripts|test|bench)\/.*\.(ts|c|h|mjs)$/.test(file))
/** All names of the code, without what only comments say. */
const inCode = new Set(
  sources.flatMap(
    file =>
      readFileSync(join(ROOT, file), 'utf8')
        .replace(COMMENT, '')
        .match(/[A-Za-z_]\w*/g) ?? [],
  ),
)

/** Whether a word looks like a name of the code: `snake_case`, `CAPITALS_AND_MORE`, `camelCase`. */
function isCodeName(word: string): boolean {
  return /[a-z]_[a-z]|[A-Z]_[A-Z]|[a-z][A-Z]/.test(word)
}

/** Names of others: of the Gray Paper, of protocols and libraries, of families of instructions, and of readers' own code. */
const GIVEN = new Set([
  ...['rA', 'rB', 'rD', 'rNN', 'Z_P', 'Z_I', 'add_imm', 'store_imm', 'store_imm_ind', 'load_ind', 'store_ind'],
  ...[
    'lt_s',
    'lt_u',
    'ge_s',
    'ge_u',
    'my_host',
    'my_data',
    'call_indirect',
    'libFuzzer',
    'PractRand',
    'WebCrypto',
    'BullMQ',
  ],
  ...['NODE_DISABLE_COMPILE_CACHE', 'dataBreakpointInfo', 'setDataBreakpoints', 'reverse_continue', 'rv64emac_zbb'],
  ...['CallFlags', 'ReturnErrorCode', 'HostFn', 'ecdsa_recover', 'xcm_send'],
])
/** Documents about the interfaces of others. */
const OTHERS = /^docs\/(adapters|from-the-specification)\.md$/

describe('kind', () => {
  // The interfaces of others keep the words of others.
  const ours = sources.filter(file => /^(src|scripts)\//.test(file) && !file.startsWith('src/compat/'))
  const found = (pattern: RegExp): string[] =>
    ours.flatMap(file =>
      [...readFileSync(join(ROOT, file), 'utf8').replace(COMMENT, '').matchAll(pattern)].map(
        ([it]) => `${file}: ${it}`,
      ),
    )

  it('no type and no table is called so without the thing that it is a kind of', () => {
    expect(found(/\b(?:type|interface|const|class|enum) (?:Kinds?|KINDS?|Class|CLASS|CLASSES)\b/g)).toEqual([])
  })

  it('it is a name out of a list, never a number', () => {
    expect(
      found(
        /\bkinds?\??: (?:number|Uint8Array|boolean)\b.*|\b(?:const|let) kinds? = .*\b(?:random|below|between)\b.*/g,
      ),
    ).toEqual([])
    expect(found(/\bkinds?\??: \w*Kind\b/g).length).toBeGreaterThan(20)
  })
})

describe('names in documents', () => {
  it('files that documents name exist', () => {
    const wrong: string[] = []
    for (const page of pages) {
      const text = readFileSync(join(ROOT, page), 'utf8').replace(/^```[\s\S]*?^```$/gm, '')
      for (const [, name] of text.matchAll(/`([\w@./-]+\.(?:ts|c|h|mjs))`/g))
        if (filesOf(name!).length === 0 && !ELSEWHERE.has(name!)) wrong.push(`${page}: ${name}`)
      for (const [, name] of text.matchAll(/`((?:src|core|test|scripts|bench)\/[\w./-]*\/)`/g))
        if (!all.some(path => path.startsWith(name!))) wrong.push(`${page}: ${name}`)
    }
    expect(wrong).toEqual([])
  })

  it('functions that documents name behind a file, `file` (`name`, `name`), are in it', () => {
    const wrong: string[] = []
    let seen = 0
    for (const page of pages) {
      const text = readFileSync(join(ROOT, page), 'utf8')
      for (const [, file, names] of text.matchAll(/`([\w./-]+\.(?:ts|c|h))` \(((?:`[^`]+`(?:, )?)+)\)/g)) {
        const found = filesOf(file!).map(path => readFileSync(join(ROOT, path), 'utf8'))
        for (const [, name] of names!.matchAll(/`([^`]+)`/g)) {
          seen += 1
          const word = new RegExp(`(?<![\\w#])${name!.replace('.', '\\.')}\\b`)
          if (!found.some(source => word.test(source))) wrong.push(`${page}: ${file} has no ${name}`)
        }
      }
    }
    expect(wrong).toEqual([])
    expect(seen).toBeGreaterThan(10)
  })

  it('files that comments name exist', () => {
    const wrong: string[] = []
    for (const path of all.filter(
      file => /^(src|core|scripts)\/.*\.(ts|c|h|mjs)$/.test(file) && !file.includes('.gen.'),
    )) {
      const text = readFileSync(join(ROOT, path), 'utf8')
      for (const [comment] of text.matchAll(/(?:^|\s)\/\/.*$|\/\*[\s\S]*?\*\//gm))
        for (const [name] of comment.matchAll(/(?<![\w./*-])[\w-][\w./-]*\.(?:ts|c|h|mjs|md)\b/g))
          if (
            filesOf(name).filter(file => name.includes('/') || !APART.test(file)).length === 0 &&
            !ELSEWHERE.has(name)
          )
            wrong.push(`${path}: ${name}`)
    }
    expect(wrong).toEqual([])
  })

  it('names that comments in core/ and src/ use are in the code', () => {
    const wrong: string[] = []
    for (const path of sources.filter(file => /^(core|src)\//.test(file)))
      for (const [comment] of readFileSync(join(ROOT, path), 'utf8').matchAll(COMMENT))
        for (const [name] of comment.matchAll(/(?<![\w./-])[A-Za-z]\w*[A-Za-z\d](?![\w/-]|\.\w)/g))
          if (isCodeName(name) && !inCode.has(name) && !GIVEN.has(name)) wrong.push(`${path}: ${name}`)
    expect(wrong).toEqual([])
  })

  it('names that documents use, `name` or `name(…)`, are in the code', () => {
    const wrong: string[] = []
    for (const page of pages.filter(path => !OTHERS.test(path))) {
      const text = readFileSync(join(ROOT, page), 'utf8').replace(/^```[\s\S]*?^```$/gm, '')
      for (const [, name] of text.matchAll(/`#?([A-Za-z]\w*)(?:\([^`]*\))?`/g))
        if (isCodeName(name!) && !inCode.has(name!) && !GIVEN.has(name!)) wrong.push(`${page}: ${name}`)
    }
    expect(wrong).toEqual([])
  })
})

describe('comments on declarations', () => {
  /** The text of such a comment up to its first tag, on one line. */
  const textOf = (comment: string): string =>
    comment
      .replace(/\n\s*\* ?/g, ' ')
      .split(/(?:^|\s)@\w/)[0]!
      .trim()
  /** What only repeats the name behind it, or leaves the subject out: `Options of …`, `Default 3.`, `A copy.` */
  const FRAGMENT =
    /^(?:(?:Options of|Default|Such as)\b|(?:An?|The|One|All|What|Bytes|Another)(?: \S+){1,2}(?<![sd])\.$)/

  it.each([
    ['Options of `run`.', true],
    ['Default 10^9.', true],
    ['A copy.', true],
    ['The machine halts.', false],
    ['The default is 10^9.', false],
    ['These are the options of `run`.', false],
  ])('%s', (text, isFragment) => {
    expect(FRAGMENT.test(text)).toBe(isFragment)
  })

  it('are sentences where a rule can tell', () => {
    const wrong: string[] = []
    let seen = 0
    for (const path of sources.filter(file => file.startsWith('src/') && !file.includes('.gen.')))
      for (const [, comment] of readFileSync(join(ROOT, path), 'utf8').matchAll(/\/\*\*([\s\S]*?)\*\//g)) {
        seen += 1
        if (FRAGMENT.test(textOf(comment!))) wrong.push(`${path}: ${textOf(comment!)}`)
      }
    expect(wrong).toEqual([])
    expect(seen).toBeGreaterThan(2000)
  })
})
