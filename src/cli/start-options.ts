// The options that say how a program starts, the same for every command that runs one. What they mean: start.ts.
import type { Command } from 'commander'
import { parseAddress, parseBytes, parseGas } from './options.ts'
import { collectValues, parseRegister } from './registers.ts'

/** Adds them. `exportFlags` are the flags of `--export`, because `-x` is free in some commands only. */
export function startOptions(command: Command, exportFlags = '-x, --export <name>'): Command {
  return command
    .option('-a, --args <hex>', 'arguments of a standard program: hex, or @file', parseBytes)
    .option('--entry <name>', 'entry point: refine, accumulate, is-authorized, a label, or a code offset')
    .option('--pc <offset>', 'start at this code offset', parseAddress)
    .option(exportFlags, 'call this export of a .polkavm file')
    .option('--arg <value>', 'an argument of the export: a number; may be repeated', collectValues)
    .option('-g, --gas <amount>', 'gas to start with: 20000000, 20m, 1.5g (default: 100m)', parseGas)
    .option('-r, --reg <rN=value>', 'start with this register value: r7=0x20, a0=-1; may be repeated', parseRegister)
}
