// Turns a trace event of the core into a TraceEvent.

import type { Cell } from '../../core/cell.ts'
import { AT_VM, EVENT, EVENT_SIZE, EventAccess, Part } from '../../core/contract.gen.ts'
import { createOperands } from '../../isa/format.ts'
import { INSTRUCTIONS } from '../../isa/table.ts'
import { createTraceEvent, type TraceEvent } from '../tracing.ts'

/** Reads the event that the core has just written. It always returns the same object. */
export type EventReader = (cell: Cell) => TraceEvent

const ACCESS: Readonly<Record<number, TraceEvent['access']>> = {
  [EventAccess.None]: 'none',
  [EventAccess.Load]: 'load',
  [EventAccess.Store]: 'store',
}

/** Makes a reader with an event object of its own. */
export function createEventReader(): EventReader {
  const event = createTraceEvent(createOperands())
  return cell => {
    const at = cell.core.pvm_part(AT_VM, Part.Event)
    const view = new DataView(cell.memory.buffer, at, EVENT_SIZE)
    const { operands } = event
    event.pc = view.getUint32(EVENT.pc, true)
    event.instruction = INSTRUCTIONS[view.getUint32(EVENT.id, true)]!
    operands.a = view.getUint32(EVENT.a, true)
    operands.b = view.getUint32(EVENT.b, true)
    operands.d = view.getUint32(EVENT.d, true)
    operands.x = view.getInt32(EVENT.x, true)
    operands.xHigh = view.getInt32(EVENT.x + 4, true)
    operands.y = view.getInt32(EVENT.y, true)
    operands.target = Number(view.getBigInt64(EVENT.target, true))
    event.gasBefore = view.getBigInt64(EVENT.gasBefore, true)
    event.gasAfter = view.getBigInt64(EVENT.gasAfter, true)
    event.register = view.getInt32(EVENT.reg, true)
    event.before = view.getBigUint64(EVENT.before, true)
    event.after = view.getBigUint64(EVENT.after, true)
    event.access = ACCESS[view.getUint32(EVENT.access, true)]!
    event.address = view.getUint32(EVENT.address, true)
    event.width = view.getUint32(EVENT.width, true) as TraceEvent['width']
    event.value = view.getBigUint64(EVENT.value, true)
    return event
  }
}
