// What core/pvm.h, which is written by hand, has in common with TypeScript.

import { Access } from '../../src/blob/address-space.ts'
import { HostAction } from '../../src/engine/engine.ts'
import { Exit } from '../../src/engine/exit.ts'
import { GAS_MODELS, RULES } from '../../src/program/profile.ts'

/** Where the fields of core/pvm.h's structs are: the header is for hosts in C, and written by hand. */
export const OFFSETS: readonly {
  readonly struct: string
  readonly name: string
  readonly size: number
  readonly at: Readonly<Record<string, number>>
}[] = [
  {
    struct: 'pvm',
    name: 'VM',
    size: 192,
    at: {
      regs: 0,
      gas: 104,
      pc: 112,
      exit: 116,
      exit_arg: 120,
      charged: 124,
      heap_end: 128,
      heap_limit: 132,
      trace: 136,
      rules: 140,
      gas_model: 144,
      code_len: 148,
      jump_len: 152,
      jump_size: 156,
      stride: 160,
      busy: 164,
      child: 168,
      service: 172,
      max_pages: 176,
      stack: 180,
      hot: 184,
      hot_left: 188,
    },
  },
  {
    struct: 'pvm_event',
    name: 'EVENT',
    size: 104,
    at: {
      pc: 0,
      id: 4,
      a: 8,
      b: 12,
      d: 16,
      reg: 20,
      x: 24,
      y: 32,
      target: 40,
      gas_before: 48,
      gas_after: 56,
      before: 64,
      after: 72,
      access: 80,
      address: 84,
      width: 88,
      value: 96,
    },
  },
]

/** Numbers of core/pvm.h that TypeScript uses under a name of its own. */
export const PUBLIC: readonly {
  readonly name: string
  readonly comment: string
  readonly at: Readonly<Record<string, number>>
  readonly prefix: string
}[] = [
  {
    name: 'Target',
    prefix: 'PVM_TO',
    comment: 'What compiled code answers when it does not name a jump-table address (which is even).',
    at: { Continue: 1, Refund: 3, Exit: 5 },
  },
  {
    name: 'Rule',
    prefix: 'PVM_RULE',
    comment: 'Rules that differ between protocol versions, as bits.',
    at: Object.fromEntries([...Object.keys(RULES), 'Pages'].map((name, bit) => [name, 2 ** bit])),
  },
  {
    name: 'SetNumber',
    prefix: 'PVM_SET',
    comment: 'Numberings of the opcodes.',
    at: { Gp_072: 0, Gp_080: 1, Latest64: 2, ReviveV1: 3, Extended: 4, ReviveV1Strict: 5, Latest32: 6 },
  },
  {
    name: 'HostAnswer',
    prefix: 'PVM_HOST',
    comment: "What the core's host callback answers: `Stopped` plus an exit stops the machine with it.",
    at: { Continue: 0, Exit: 4, Stopped: 16 },
  },
  {
    name: 'EventAccess',
    prefix: 'PVM_ACCESS',
    comment: 'What the instruction of a trace event does to memory.',
    at: { None: 0, Load: 1, Store: 2 },
  },
  {
    name: 'Unfinished',
    prefix: 'PVM',
    comment: 'The exit of a machine that has not stopped yet.',
    at: { Running: 255 },
  },
]

/** Numbers of TypeScript's interface that core/pvm.h has too. */
export const SHARED: readonly (readonly [prefix: string, at: Readonly<Record<string, number>>])[] = [
  ['PVM', Exit],
  [
    'PVM_HOST',
    { Continue: HostAction.Continue, Halt: HostAction.Halt, Panic: HostAction.Panic, Stop: HostAction.Stop },
  ],
  ['PVM', Access],
  ['PVM_GAS', Object.fromEntries(GAS_MODELS.map((name, number) => [name, number]))],
]
