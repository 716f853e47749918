// Bugs in what happens where compiled code is left and entered again (src/engine/recompiler/runtime). bug.mjs says what the fields are.
/** @type {import('./bug.mjs').Bug[]} */
export const RUNTIME_BUGS = [
  {
    name: 'refund after a side exit of compiled code off by one',
    file: 'src/engine/recompiler/runtime/runtime.ts',
    search: '[decoded.segmentOf[index]! + 1]! - index\n',
    replace: '[decoded.segmentOf[index]! + 1]! - index - 1\n',
  },
  {
    name: 'a host function called by compiled code sees the next pc',
    file: 'src/engine/recompiler/runtime/runtime.ts',
    search: 'cell.user!.onEcalli(index, pc, next)',
    replace: 'cell.user!.onEcalli(index, next, next)',
  },
  {
    name: 'a side exit of compiled code forgets that the block is paid',
    file: 'src/engine/recompiler/runtime/runtime.ts',
    search: '      cell.u32[CHARGED] = 1\n',
    replace: '      cell.u32[CHARGED] = 0\n',
  },
  {
    name: 'attack: compiled code goes on unpaid where a host function wrote the same pc',
    file: 'src/engine/recompiler/runtime/runtime.ts',
    search: 'if (jumped || spent === 0',
    replace: 'if (spent === 0',
    attack: true,
  },
  {
    name: 'a loop that soon ends is taken for one that has far to go',
    file: 'src/engine/recompiler/tiers/hot-code.ts',
    search: 'samplesLeft * warmSampleMs < FAR_TO_GO',
    replace: 'samplesLeft * warmSampleMs > FAR_TO_GO',
  },
]
