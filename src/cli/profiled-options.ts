// The options of commands that run a program, or a recorded trace, to count it. Not the run: profiled.ts.
import { type Command, Option } from 'commander'
import { HOST_CHOICES } from './host.ts'
import { kindOption } from './kind-option.ts'
import { parseMapping } from './memory.ts'
import { collectBytes, engineOption, isaOption, profileOption } from './options.ts'
import { startOptions } from './start-options.ts'

/** The options of every command that runs a program, or a trace, to count it. */
export function runOptions(command: Command): Command {
  return startOptions(command)
    .option('--map <address+length>', 'map pages, as coulis run does; may be repeated', parseMapping)
    .addOption(new Option('--host <kind>', 'who answers host calls, as with coulis run').choices([...HOST_CHOICES]))
    .option('--input <hex>', 'an encoded accumulate input for the stub; may be repeated', collectBytes)
    .option('--symbols <file>', 'names and source lines of this file, such as the .polkavm a .jam was made of')
    .addOption(kindOption())
    .addOption(engineOption())
    .addOption(profileOption())
    .addOption(isaOption())
}
