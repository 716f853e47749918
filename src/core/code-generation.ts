// Whether the runtime lets us make WebAssembly modules from bytes.
//
// Some runtimes never do: a page without 'wasm-unsafe-eval', workerd, Node with --jitless. Some do at first and stop later. So no answer
// is remembered. Code that is about to make a module asks first, which takes some microseconds.

/** `WebAssembly.Module`, or any object where the types of the runtime are not there. */
export type WasmModule = typeof globalThis extends {
  readonly WebAssembly: { readonly Module: { readonly prototype: infer Module } }
}
  ? Module
  : object

/** The shortest module that there is: magic number and version. */
const EMPTY = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00)

/** Why no module can be made now, in the words of the runtime, or undefined if one can. */
export function moduleRefusal(): string | undefined {
  if (typeof WebAssembly === 'undefined') return 'this runtime has no WebAssembly'
  try {
    new WebAssembly.Module(EMPTY)
    return undefined
  } catch (error) {
    return `this runtime makes no WebAssembly modules from bytes: ${error instanceof Error ? error.message : error}`
  }
}

/**
 * Makes a module from valid bytes. Undefined when the runtime does not allow it.
 *
 * @throws RangeError when the runtime has too little memory, or wants modules of that size to be compiled in the background.
 */
export function makeModule(bytes: Uint8Array): WebAssembly.Module | undefined {
  if (typeof WebAssembly === 'undefined') return undefined
  try {
    return new WebAssembly.Module(bytes as BufferSource)
  } catch (error) {
    if (error instanceof RangeError || moduleRefusal() === undefined) throw error
    return undefined
  }
}

/** What `make` makes. Undefined when the runtime has no memory for it; machines then go on interpreted. */
export function unlessRefused<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
