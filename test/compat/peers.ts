// The peers' own machines, where they are installed (npm run compat:peers), as clients of the suites. Not adapters of ours.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createAnanas } from '../../src/compat/ananas.ts'
import type { EngineKind } from '../../src/index.ts'
import type { Client, Start } from './client.ts'

/** Where the peers are. */
export const MODULES: string = join(import.meta.dirname, 'peers/node_modules')
const TYPEBERRY = join(MODULES, '@typeberry/lib')

/** Whether there are peers to compare with. */
export const arePeersInstalled: boolean = existsSync(TYPEBERRY)

/** The reason why a suite is skipped, for its name. */
export const unlessInstalled: string = arePeersInstalled ? '' : ' (skipped: npm run compat:peers installs the peers)'

/** A module of a peer. What is used of it is said where it is used: its types are not there unless it is installed. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the peer exports
export async function importPeer(path: string): Promise<any> {
  return import(pathToFileURL(join(MODULES, path)).href)
}

function littleEndian(words: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(words).buffer)
}

/** anan-as' forms of pages and of contents. */
export function ananasMemory(start: Start): { readonly pages: Uint8Array; readonly chunks: Uint8Array } {
  const pages = start.pages.flatMap(page => [...littleEndian([page.address, page.length]), Number(page.access === 3)])
  const chunks = start.memory.flatMap(({ address, bytes }) => [...littleEndian([address, bytes.length]), ...bytes])
  return { pages: Uint8Array.from(pages), chunks: Uint8Array.from(chunks) }
}

/** Memory of typeberry's own interpreter. */
// biome-ignore lint/suspicious/noExplicitAny: the peer's
function builtInMemory(builder: any, start: Start): unknown {
  for (const { address, length, access } of start.pages) {
    const contents = new Uint8Array(length)
    for (const chunk of start.memory) {
      if (chunk.address >= address && chunk.address < address + length)
        contents.set(chunk.bytes, chunk.address - address)
    }
    if (access === 3) builder.setWriteablePages(address, address + length, contents)
    else builder.setReadablePages(address, address + length, contents)
  }
  return builder.finalize(0xe0000000, 0xe0000000)
}

/** anan-as 1.2.0 under typeberry 0.11.0, which was made for 1.4 and passes two more arguments: their number is checked there. */
// biome-ignore lint/suspicious/noExplicitAny: the peer's
async function ananasOf12(): Promise<any> {
  const { instantiate } = await importPeer('@fluffylabs/anan-as/dist/build/release-stub-inline.js')
  const exports = await instantiate()
  const trimmed = (name: string, count: number): PropertyDescriptor => ({
    value: (...args: unknown[]) => exports[name](...args.slice(0, count)),
  })
  return Object.create(exports, {
    resetJAM: trimmed('resetJAM', 5),
    resetGenericWithMemory: trimmed('resetGenericWithMemory', 6),
  })
}

/** typeberry's class around anan-as, around coulis instead. */
export async function typeberryOverOurAnanas(engine: EngineKind): Promise<Client> {
  const { AnanasInterpreter } = await importPeer('@typeberry/lib/packages/core/pvm-interpreter-ananas/index.js')
  return ananasClient(new AnanasInterpreter(createAnanas({ engine })), engine)
}

// biome-ignore lint/suspicious/noExplicitAny: the peer's
function ananasClient(pvm: any, name: string): Client {
  return {
    name,
    pvm,
    load(start) {
      const { pages, chunks } = ananasMemory(start)
      pvm.gas.initialGas = start.gas
      const regs = Array.from(new Uint8Array(start.regs.slice().buffer))
      pvm.instance.resetGenericWithMemory(Array.from(start.program), regs, pages, chunks, start.gas, false)
      if (start.pc !== 0) pvm.instance.setNextProgramCounter(start.pc)
    },
  }
}

/** The names of typeberry's two machines. */
export const TYPEBERRY_PEERS = ['built-in', 'ananas'] as const

/** A new machine of typeberry's. */
export async function typeberryPeer(name: (typeof TYPEBERRY_PEERS)[number]): Promise<Client> {
  const core = '@typeberry/lib/packages/core'
  const { Interpreter, MemoryBuilder, Registers } = await importPeer(`${core}/pvm-interpreter/index.js`)
  const { AnanasInterpreter } = await importPeer(`${core}/pvm-interpreter-ananas/index.js`)
  const encoded = (regs: BigUint64Array): Uint8Array => new Uint8Array(regs.slice().buffer)
  if (name === 'built-in') {
    const pvm = Interpreter.new({ useSbrkGas: false })
    return {
      name,
      pvm,
      load: start =>
        pvm.resetGeneric(
          start.program,
          start.pc,
          start.gas,
          Registers.fromBytes(encoded(start.regs)),
          builtInMemory(new MemoryBuilder(), start),
        ),
    }
  }
  return ananasClient(new AnanasInterpreter(await ananasOf12()), name)
}
