// What follows from a check that was passed: bytes have a right, a wide group has a limit, an index is in bounds. The accesses that
// need it are in access.ts.
import type { FunctionBody } from './function-body.ts'
import { Meaning } from './operands.ts'
import { FRAME_LOCAL, READ, TARGET_LOCAL, WRITE } from './words.ts'

/** Notes what is known behind a branch that was not taken. Its condition is the operand at a place. */
export function learn(verifier: FunctionBody, at: number): void {
  const { locals, operands } = verifier
  const source = operands.source[at]!
  // Where the frame is checked, nothing else is: that code is not always executed.
  if (verifier.frameLocal.isOpen && source !== FRAME_LOCAL) return
  switch (operands.meaning[at]) {
    case Meaning.Fail:
      if (operands.plus[at] !== 0) return // of another place than the local's
      locals.check(source, operands.z[at]!, operands.x[at]!)
      if (source === FRAME_LOCAL && operands.z[at] === (READ | WRITE))
        verifier.frameLocal.checked(verifier, operands.x[at]!)
      return
    case Meaning.Above:
      learnWithin(verifier, source, operands.x[at]!)
      return
    case Meaning.NotBelow:
      locals.bounded[source] = locals.epoch
      locals.bound[source] = operands.x[at]!
      return
    case Meaning.NoEntry:
      locals.entry[source] = locals.epoch
      if (source === TARGET_LOCAL) verifier.way.target = true
  }
}

/**
 * Notes what it means that the address in a local is not above a wide group's limit. If both are relative to one root, the address
 * is not below the group's lowest one either, so the access is within the group.
 */
function learnWithin(verifier: FunctionBody, local: number, limit: number): void {
  const { locals } = verifier
  const { epoch } = locals
  if (locals.limited[limit] !== epoch || locals.known[local] !== epoch) return
  const above = (locals.shift[local]! - locals.limitShift[limit]!) | 0
  const sameRoot = locals.root[local] === locals.limitRoot[limit] && locals.second[local] === locals.limitSecond[limit]
  if (!sameRoot || above < 0 || above > 8192 || locals.extent[local]! > 8192) return
  locals.check(local, locals.limitRight[limit]!, locals.limitBytes[limit]!)
}

/**
 * Follows `select`. It is known only as the limit of a wide group: the highest address in reach if the page of the last byte has the
 * right, else the last address of the first page.
 */
export function selectValue(verifier: FunctionBody): void {
  const { locals, operands } = verifier
  const c = verifier.pop()
  const b = verifier.pop()
  const a = verifier.pop()
  const limit = operands.source[b]!
  const reach = operands.plus[a]!
  const widest = operands.x[b]!
  const last = operands.plus[c]!
  const right = operands.z[c]!
  const isLimit =
    operands.meaning[a] === Meaning.Value &&
    operands.meaning[b] === Meaning.PageEnd &&
    operands.meaning[c] === Meaning.Test &&
    operands.x[c] === 1 &&
    operands.source[a] === limit &&
    operands.source[c] === limit &&
    widest >= 0 &&
    widest < 8 &&
    last >= widest &&
    last < 4096 &&
    reach === last - widest &&
    locals.checked[limit] === locals.epoch &&
    locals.right[limit] === right &&
    locals.known[limit] === locals.epoch &&
    locals.extent[limit] === 0
  const at = operands.push(isLimit ? Meaning.Limit : Meaning.Any)
  if (!isLimit) return
  operands.source[at] = limit
  operands.x[at] = widest
  operands.z[at] = right
  const { reader } = verifier
  if (reader.bytes[reader.at] !== 0x21) return
  verifier.opcode()
  const into = verifier.local()
  const [root, second, shift] = [locals.root[limit]!, locals.second[limit]!, locals.shift[limit]!]
  operands.height -= 1
  operands.forget(at)
  verifier.write(into, at)
  locals.limited[into] = locals.epoch
  locals.limitRoot[into] = root
  locals.limitSecond[into] = second
  locals.limitShift[into] = shift
  locals.limitRight[into] = right
  locals.limitBytes[into] = widest + 1
}
