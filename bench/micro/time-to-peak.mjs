// How long a fresh hot loop takes to reach 80 % of its peak speed. The program makes a host call after every 40,000
// instructions; the host notes the time, and nothing else. Wall clock: V8 optimizes on the other core.

import { coulis, engineKind, printFigure, programFrom } from '../lib/figure.mjs'

const TURNS = 5_000
const PER_TURN = 8
const CHUNKS = engineKind === 'reference' ? 100 : 20_000
const WINDOW = 8

const text = `
.rw_size 4096
.stack 4096
.code
    load_imm   r5, ${CHUNKS}
    load_imm_64 r8, 0x9e3779b97f4a7c15
    load_imm   r9, 0x20000
    fallthrough
@chunk:
    load_imm   r6, ${TURNS}
    fallthrough
@turn:
    mul_64        r7, r7, r8
    add_imm_64    r7, r7, 12345
    and_imm       r10, r7, 0xff8
    add_64        r10, r10, r9
    load_ind_u64  r11, [r10]
    xor           r7, r7, r11
    add_imm_64    r6, r6, -1
    branch_ne_imm r6, 0, @turn
    ecalli        1
    add_imm_64    r5, r5, -1
    branch_ne_imm r5, 0, @chunk
    jump_ind      r0
`
const program = programFrom(text)
const times = new Float64Array(CHUNKS)
let at = 0
const entry = {
  name: 'note the time',
  price: 0,
  call() {
    times[at++] = performance.now()
  },
}
const engine = coulis.createEngine({ kind: engineKind })
const begun = performance.now()
const vm = engine.instantiate(program, { gas: 10n ** 12n, host: { entry: () => entry } })
vm.run()
if (vm.exit !== coulis.Exit.Halt) throw new Error(coulis.exitName(vm.exit))

const speed = i => (PER_TURN * TURNS * WINDOW) / (times[i + WINDOW] - times[i]) / 1e3
const speeds = Array.from({ length: CHUNKS - WINDOW - 1 }, (_, i) => speed(i))
const settled = speeds.slice(speeds.length >> 1).sort((a, b) => a - b)
const peak = settled[settled.length >> 1]
const reached = speeds.findIndex(s => s >= 0.8 * peak)
const limits = engineKind === 'auto' ? { must: 60, goal: 40 } : {}
printFigure({ name: 'fresh hot loop, time to 80 % of peak', value: times[reached] - begun, unit: 'ms', ...limits })
printFigure({ name: 'fresh hot loop, peak', value: peak, unit: 'M/s' })
