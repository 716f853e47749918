// The command that is asked for most, with the one that says what it runs on, in one file of the bundle with all they need
// (scripts/build-cli.mjs). Not a command.
export { addEngines } from './engines.ts'
export { addRun } from './run.ts'
