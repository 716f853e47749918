// The options of commands that run a program, or a recorded trace, to count it. Not the run: profiled.ts.
import { type Command, Option } from 'commander'
import { HOST_CHOICES } from './host.ts'
import { FILE_KINDS } from './load.ts'
import { parseMapping } from './memory.ts'
import { collectBytes, engineOption, isaOption, parseAddress, parseBytes, parseGas, profileOption } from './options.ts'
import { collectValues, parseRegister } from './registers.ts'

/** The options of every command that runs a program, or a trace, to count it. */
export function runOptions(command: Command): Command {
  return command
    .option('-a, --args <hex>', 'arguments of a standard program: hex, or @file', parseBytes)
    .option('--entry <name>', 'entry point: refine, accumulate, is-authorized, a label, or a code offset')
    .option('--pc <offset>', 'start at this code offset', parseAddress)
    .option('-x, --export <name>', 'call this export of a .polkavm file')
    .option('--arg <value>', 'an argument of the export: a number; may be repeated', collectValues)
    .option('-g, --gas <amount>', 'gas to start with: 20000000, 20m, 1.5g (default: 100m)', parseGas)
    .option('-r, --reg <rN=value>', 'start with this register value; may be repeated', parseRegister)
    .option('--map <address+length>', 'map pages, as coulis run does; may be repeated', parseMapping)
    .addOption(new Option('--host <kind>', 'who answers host calls, as with coulis run').choices([...HOST_CHOICES]))
    .option('--input <hex>', 'an encoded accumulate input for the stub; may be repeated', collectBytes)
    .option('--symbols <file>', 'names and source lines of this file, such as the .polkavm a .jam was made of')
    .addOption(new Option('-k, --kind <kind>', 'what the file is, where detection errs').choices([...FILE_KINDS]))
    .addOption(engineOption())
    .addOption(profileOption())
    .addOption(isaOption())
}
