// Where peers differ from coulis, and why that is not repaired here. Not differences nobody has looked at: those fail.

/** A difference of one peer. */
export interface Known {
  readonly peer: string
  /** The cases it is seen in. */
  readonly name: RegExp
  /** What every line of theirs that differs looks like. */
  readonly theirs: RegExp
  readonly reason: string
}

const BROKEN = /^(an empty blob|a blob that is cut off|a length of|arguments of 2\^24 \+ 1)/

export const KNOWN: readonly Known[] = [
  {
    peer: 'built-in',
    name: BROKEN,
    theirs: /^throws|^$/,
    reason:
      'bytes that are no program panic (GP A.1, A.8); the peer throws while it resets, and keeps its last program',
  },
  {
    peer: 'ananas',
    name: BROKEN,
    theirs: /^throws|^$/,
    reason: 'bytes that are no program panic (GP A.1, A.8); the peer throws while it resets',
  },
  {
    peer: 'built-in',
    name: /^a load of what is not there/,
    theirs: /status 2 \(131073\)/,
    reason: 'the argument of a page fault is the page (GP A.8); the peer tells the address',
  },
  {
    peer: 'built-in',
    name: /^arguments of 2\^24 bytes/,
    theirs: /^throws|^$/,
    reason: '2^24 bytes of arguments are allowed (GP A.40); the peer reserves them twice and leaves the address space',
  },
  {
    peer: 'ananas',
    name: /^gas (9223372036854775808|18446744073709551615)$/,
    theirs: /^throws|^$/,
    reason: 'gas is below 2^64 (GP 4.7); the peer counts it signed',
  },
  {
    peer: 'ananas',
    name: /^out of gas, then refilled/,
    theirs: /^status 4 pc 3/,
    reason: 'the machine goes on when it gets gas (GP A.6); the peer stays out of gas until it is reset',
  },
  {
    peer: 'ananas',
    name: /^a host call, memory written, resumed|^which page is missing, when it is a later one/,
    theirs: /^fault 0x21000$/,
    reason: 'a failed access names the lowest page that is missing (GP A.8); the peer names the first of the range',
  },
  {
    peer: 'ananas',
    name: /^a range that ends beyond 2\^32/,
    theirs: /^(fault 0xfffff000|stored)$/,
    reason: 'no range wraps around; the peer says "stored" and stores nothing',
  },
  {
    peer: 'ananas',
    name: /^reads and writes of the host at the ends/,
    theirs: /^last byte: 00 stored 0{32}$/,
    reason: 'the last byte of memory can be written; the peer says "stored" and stores nothing',
  },
  {
    peer: 'ananas',
    name: /^a service from pc [1-9]/,
    theirs: /^status 255 pc 0/,
    reason: 'pc is where the machine goes on; the peer shows it only after the first step',
  },
  {
    peer: 'ananas',
    name: /^a plain program from a pc/,
    theirs: /^status (255|3 \(1\)) pc 0/,
    reason: 'a plain program starts where it is told to; the peer ignores it',
  },
]
