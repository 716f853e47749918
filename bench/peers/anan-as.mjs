// Runs benchmark programs on anan-as through its fast path: the debugger API's nSteps(2^32-1).
// Not its documented entry points (runProgram, pvmResume), which step one instruction per call and are four times slower.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { measureAll } from '../lib/measure.mjs'
import { BENCH } from '../lib/programs.mjs'

const home = join(BENCH, 'node_modules', '@fluffylabs', 'anan-as')
const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
const { instantiate } = await import(join(home, 'dist/build/release-stub-inline.js'))

const STATUS = { 0: 'halt', 1: 'panic', 2: 'page-fault', 3: 'host', 4: 'out-of-gas' }
const ALL_STEPS = 2 ** 32 - 1

function littleEndian(records) {
  const bytes = new Uint8Array(records.reduce((n, r) => n + r.reduce((m, f) => m + f.size, 0), 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const field of records.flat()) {
    if (field.bytes) bytes.set(field.bytes, at)
    else if (field.size === 1) view.setUint8(at, field.value)
    else view.setUint32(at, field.value, true)
    at += field.size
  }
  return bytes
}
const u32 = value => ({ size: 4, value })
const u8 = value => ({ size: 1, value })
const raw = bytes => ({ size: bytes.length, bytes })

function registerBytes(regs) {
  return Array.from(new Uint8Array(BigUint64Array.from(regs).buffer))
}

function registerAt(bytes, index) {
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(index * 8, true)
}

await measureAll({ engine: 'anan-as', version, variant: 'nSteps' }, program => {
  const blob = Array.from(program.blob)
  const pages = littleEndian(program.pages.map(p => [u32(p.address), u32(p.length), u8(p.writable ? 1 : 0)]))
  const chunks = littleEndian(program.memory.map(c => [u32(c.address), u32(c.contents.length), raw(c.contents)]))
  return {
    async instance() {
      // The stub build never frees: a fresh WebAssembly instance for every run.
      const vm = await instantiate()
      vm.resetGenericWithMemory(blob, registerBytes(program.regs), pages, chunks, program.gas, false)
      if (program.pc !== 0) vm.setNextProgramCounter(program.pc)
      return {
        run() {
          for (;;) {
            while (vm.nSteps(ALL_STEPS)) {}
            if (vm.getStatus() !== 3) break
            answer(vm)
          }
          const regs = vm.getRegisters()
          return {
            status: STATUS[vm.getStatus()] ?? String(vm.getStatus()),
            r7: registerAt(regs, 7),
            r8: registerAt(regs, 8),
            gasUsed: program.gas - vm.getGasLeft(),
          }
        },
      }
    },
  }
})

/** Host call 1 adds 1 to r7; host call 2 reads 32 bytes at r7 and writes their wrapping u64 sum at r8. */
function answer(vm) {
  const regs = vm.getRegisters()
  const view = new DataView(regs.buffer, regs.byteOffset)
  if (vm.getExitArg() === 1) {
    view.setBigUint64(56, view.getBigUint64(56, true) + 1n, true)
    vm.setRegisters(Array.from(regs))
    return
  }
  if (vm.getExitArg() !== 2) throw new Error(`unexpected host call ${vm.getExitArg()}`)
  const bytes = vm.getMemory(view.getUint32(56, true), 32)
  if (bytes === null) throw new Error('host call 2 reads unmapped memory')
  const words = new DataView(bytes.buffer, bytes.byteOffset)
  let sum = 0n
  for (let i = 0; i < 32; i += 8) sum += words.getBigUint64(i, true)
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigUint64(0, sum & 0xffff_ffff_ffff_ffffn, true)
  vm.setMemory(view.getUint32(64, true), out)
}
