// What bundlers and edge runtimes make of an import of a .wasm file. Types only.
declare module '*.wasm' {
  const module: WebAssembly.Module
  export default module
}
