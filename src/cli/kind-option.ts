// `--kind KIND`, of commands that take program files. What a file is without it: load.ts.
import { Option } from 'commander'
import { FILE_KINDS } from './load.ts'

/** This is `-k, --kind KIND`. */
export function kindOption(): Option {
  return new Option('-k, --kind <kind>', 'what the file is, where detection errs').choices([...FILE_KINDS])
}
