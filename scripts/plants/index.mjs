// All bugs that plant.mjs plants, by the place where they are planted.
import { GENERATOR_BUGS } from './generator.mjs'
import { INTERPRETER_BUGS } from './interpreter.mjs'
import { ISA_BUGS } from './isa.mjs'
import { MACHINE_BUGS } from './machine.mjs'
import { RUNTIME_BUGS } from './runtime.mjs'
import { TEMPLATES_BUGS } from './templates.mjs'
import { TURNS_BUGS } from './turns.mjs'

export const BUGS = [
  ...ISA_BUGS,
  ...INTERPRETER_BUGS,
  ...MACHINE_BUGS,
  ...GENERATOR_BUGS,
  ...TURNS_BUGS,
  ...TEMPLATES_BUGS,
  ...RUNTIME_BUGS,
]
