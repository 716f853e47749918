// `--gas-profile` and `--coverage` of `coulis run`: watches the machine, writes the files. Not the counting: inside/profile.ts.
import type { HostTable, Vm } from '../engine/engine.ts'
import { createProfiler, type Profiler } from '../inside/profile.ts'
import { cpuProfileJson, foldedStacks, lcovOf, speedscopeJson } from '../inside/profile-files.ts'
import { CliError } from './errors.ts'
import { writeOutput } from './files.ts'
import type { Loaded } from './load.ts'
import { symbolsIn } from './source.ts'

/** Where to write what. */
export interface ProfileOutputs {
  readonly gasProfile?: string
  readonly coverage?: string
}

/** Watches the machine where a file of it is wanted, beside the tracer that it has. */
export function watchGas(
  vm: Vm,
  loaded: Loaded,
  host: HostTable | undefined,
  { gasProfile, coverage }: ProfileOutputs,
): Profiler | undefined {
  if (gasProfile === undefined && coverage === undefined) return undefined
  const hostName = (index: number): string | undefined => host?.entry(index)?.name
  const profiler = createProfiler(vm, { symbols: symbolsIn(loaded), hostName })
  const { tracer } = vm
  vm.tracer =
    tracer === undefined
      ? profiler.tracer
      : event => {
          profiler.tracer(event)
          tracer(event)
        }
  return profiler
}

/** Writes the files: folded stacks for `.folded` and `.txt`, `.cpuprofile`, else a file for speedscope; lcov. */
export function writeProfiles(profiler: Profiler, loaded: Loaded, { gasProfile, coverage }: ProfileOutputs): void {
  const profile = profiler.profile()
  const write = (file: string, text: string): void => writeOutput(file, new TextEncoder().encode(text))
  if (gasProfile !== undefined) {
    if (/\.(folded|txt)$/.test(gasProfile)) write(gasProfile, foldedStacks(profile))
    else if (gasProfile.endsWith('.cpuprofile')) write(gasProfile, cpuProfileJson(profile))
    else write(gasProfile, speedscopeJson(profile, loaded.file))
  }
  if (coverage === undefined) return
  const symbols = symbolsIn(loaded)
  const text = symbols && lcovOf(loaded.program, profile, symbols)
  if (text === undefined) {
    throw new CliError('no source lines in it, so no coverage (link it without stripping)', { file: loaded.file })
  }
  write(coverage, text)
}
