// WebAssembly as text, by binaryen. Not the recompiler, not a command.
import { CliError } from './errors.ts'

/**
 * The text of a module. Binaryen is 100 MB, so it is not part of the package; whoever wants to read WebAssembly as text has
 * it or installs it.
 *
 * @throws CliError when it is not there.
 */
export async function textOf(bytes: Uint8Array): Promise<string> {
  let binaryen: { readBinary(bytes: Uint8Array): { emitText(): string; dispose(): void } }
  try {
    binaryen = (await import('binaryen')).default as unknown as typeof binaryen
  } catch {
    throw new CliError('--wat needs the package binaryen beside coulis (npm install binaryen); -o writes the module')
  }
  const module = binaryen.readBinary(bytes)
  try {
    return module.emitText().replace(/\n$/, '')
  } finally {
    module.dispose()
  }
}
