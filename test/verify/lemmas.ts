// The arithmetic that accepted forms rest on, in SMT-LIB: what is claimed, negated. `unsat` proves it for all inputs, `sat` is
// an attack. docs/verifier.md says where each is used.

/** A claim, and what the solver has to answer. */
export interface Lemma {
  readonly name: string
  readonly answer: 'unsat' | 'sat'
  readonly text: string
}

/** Pages with rights for fast code lie in the window, which ends here: nothing behind it wraps around (layout.ts). */
const WINDOW_END = '#x18000000'
const page = (address: string): string => `(bvlshr ${address} #x0000000c)`

/** One check with the rotate trick, for an access of 2^log2 bytes. */
function rotate(log2: number): Lemma {
  const mask = `#x${(2 ** log2 - 1).toString(16).padStart(8, '0')}`
  const by = `#x${(12 - log2).toString(16).padStart(8, '0')}`
  return {
    name: `a page index below 2^20 is that of all ${2 ** log2} bytes, which are aligned (rotated by ${log2})`,
    answer: 'unsat',
    text: `
(declare-const t (_ BitVec 32))
(define-fun index () (_ BitVec 32) (bvlshr ((_ rotate_right ${log2}) t) ${by}))
(assert (bvult index #x00100000)) ; beyond is zero: the check fails there
(assert (not (and (= (bvand t ${mask}) #x00000000) (= index ${page('t')}) (= ${page(`(bvadd t ${mask})`)} index))))`,
  }
}

export const LEMMAS: readonly Lemma[] = [
  ...[0, 1, 2, 3].map(rotate),
  {
    name: 'the pages of the first and the last of at most 4,096 bytes are those of all between',
    answer: 'unsat',
    text: `
(declare-const t (_ BitVec 32))
(declare-const last (_ BitVec 32))
(declare-const b (_ BitVec 32))
(assert (bvult t ${WINDOW_END}))
(assert (bvule last #x00000fff))
(assert (bvule b last))
(define-fun at () (_ BitVec 32) (bvadd t b))
(assert (not (and (bvuge at t) (or (= ${page('at')} ${page('t')}) (= ${page('at')} ${page('(bvadd t last)')})))))`,
  },
  {
    name: 'an address of a wide group, not below its lowest and not above its limit, has the right for its widest access',
    answer: 'unsat',
    text: `
(declare-const low (_ BitVec 32))   ; its page has the right
(declare-const last (_ BitVec 32))  ; of the lowest byte to the highest
(declare-const widest (_ BitVec 32))
(declare-const both Bool)           ; the page of the highest has it too
(declare-const above (_ BitVec 32)) ; how far the address is from the lowest, by the roots
(declare-const b (_ BitVec 32))
(assert (bvult low ${WINDOW_END}))
(assert (bvule last #x00000fff))
(assert (bvult widest #x00000008))
(assert (bvule widest last))
(assert (bvule above #x00004000))
(assert (bvule b widest))
(define-fun reach () (_ BitVec 32) (bvsub last widest))
(define-fun limit () (_ BitVec 32) (ite both (bvadd low reach) (bvsub (bvor low #x00000fff) widest)))
(define-fun address () (_ BitVec 32) (bvadd low above))
(assert (bvule address limit)) ; the check of each access
(define-fun at () (_ BitVec 32) (bvadd address b))
(assert (not (and (bvuge at low) (or (= ${page('at')} ${page('low')}) (and both (= ${page('at')} ${page('(bvadd low last)')}))))))`,
  },
  {
    name: 'up: no turn before the count leaves the range',
    answer: 'unsat',
    text: `
(declare-const size Int)
(declare-const offset Int)
(declare-const step Int)
(declare-const turn Int)
(declare-const q Int)
(assert (and (<= 0 offset) (< offset size) (< 0 step) (<= 0 turn)))
; q is the quotient of the room up to the last offset and the step
(assert (and (<= 0 q) (<= (* q step) (- (- size 1) offset))))
(assert (< turn (+ q 1)))
(assert (not (and (<= 0 (+ offset (* turn step))) (< (+ offset (* turn step)) size))))`,
  },
  {
    name: 'down: no turn before the count leaves the range',
    answer: 'unsat',
    text: `
(declare-const size Int)
(declare-const offset Int)
(declare-const step Int)
(declare-const turn Int)
(declare-const q Int)
(assert (and (<= 0 offset) (< offset size) (< 0 step) (<= 0 turn)))
(assert (and (<= 0 q) (<= (* q step) offset)))
(assert (< turn (+ q 1)))
(assert (not (and (<= 0 (- offset (* turn step))) (< (- offset (* turn step)) size))))`,
  },
  {
    name: 'by a register: the same, whatever it holds; a step of 0 divides as 1 does',
    answer: 'unsat',
    text: `
(declare-const size Int)
(declare-const offset Int)
(declare-const register Int) ; unsigned, 32 bits
(declare-const turn Int)
(declare-const q Int)
(assert (and (<= 0 offset) (< offset size) (<= 0 register) (<= 0 turn)))
(define-fun step () Int (ite (= register 0) 1 register))
(assert (and (<= 0 q) (<= (* q step) (- (- size 1) offset))))
(assert (< turn (+ q 1)))
(assert (not (and (<= 0 (+ offset (* turn register))) (< (+ offset (* turn register)) size))))`,
  },
  {
    name: 'wrap-around: an address that moved up by less than the range is long is in the range',
    answer: 'unsat',
    text: `
(declare-const first (_ BitVec 32))  ; the address of turn 0
(declare-const low (_ BitVec 32))
(declare-const size (_ BitVec 32))
(declare-const moved (_ BitVec 64))  ; turn * step, exact
(define-fun offset () (_ BitVec 32) (bvsub first low))
(define-fun sum () (_ BitVec 64) (bvadd ((_ zero_extend 32) offset) moved))
(assert (bvult moved #x0000000100000000))
(assert (bvult sum ((_ zero_extend 32) size)))
(define-fun address () (_ BitVec 32) (bvadd first ((_ extract 31 0) moved)))
(assert (not (= ((_ zero_extend 32) (bvsub address low)) sum)))`,
  },
  {
    name: 'wrap-around: the same down, by less than the offset',
    answer: 'unsat',
    text: `
(declare-const first (_ BitVec 32))
(declare-const low (_ BitVec 32))
(declare-const size (_ BitVec 32))
(declare-const moved (_ BitVec 64))
(define-fun offset () (_ BitVec 32) (bvsub first low))
(assert (bvult offset size))
(assert (bvule moved ((_ zero_extend 32) offset)))
(define-fun address () (_ BitVec 32) (bvsub first ((_ extract 31 0) moved)))
(assert (not (and (= ((_ zero_extend 32) (bvsub address low)) (bvsub ((_ zero_extend 32) offset) moved)) (bvult (bvsub address low) size))))`,
  },
  {
    name: 'a range of no size holds no address, not that of physical place 0 either',
    answer: 'unsat',
    text: `
(declare-const address (_ BitVec 32))
(declare-const low (_ BitVec 32))
(assert (bvult (bvsub address low) #x00000000))`,
  },
  {
    name: 'the count of turns does not wrap: a range has at most 513 pages',
    answer: 'unsat',
    text: `
(declare-const size (_ BitVec 32))
(declare-const room (_ BitVec 32))
(declare-const step (_ BitVec 32))
(assert (bvule size #x00201000))
(assert (bvult room size))
(assert (not (= step #x00000000)))
(assert (= (bvadd (bvudiv room step) #x00000001) #x00000000))`,
  },
  {
    name: 'the floor: a turn that has as much gas is one of the count',
    answer: 'unsat',
    text: `
(declare-const gas Int)
(declare-const count Int)
(declare-const cost Int)
(declare-const turn Int)
(assert (and (<= 0 gas) (< gas 2147483648) (<= 1 count) (< count 2147483648) (<= 1 cost) (< cost 4294967296) (<= 0 turn)))
(define-fun floor () Int (+ (- gas (* count cost)) 1))
(assert (>= (- gas (* turn cost)) floor))
(assert (>= turn count))`,
  },
  {
    name: 'the floor: a count below 2^31 of turns that cost less than 2^32 each cost less than 2^63',
    answer: 'unsat',
    text: `
(declare-const count Int)
(declare-const cost Int)
(assert (and (<= 0 count) (< count 2147483648) (<= 0 cost) (< cost 4294967296)))
(assert (not (and (<= 0 (* count cost)) (< (* count cost) 9223372036854775808))))`,
  },
  {
    name: 'the floor: nothing overflows 64 bits, with less gas than 2^31',
    answer: 'unsat',
    text: `
(declare-const gas (_ BitVec 64))
(declare-const product (_ BitVec 64)) ; what all turns cost, see above
(assert (bvult gas #x0000000080000000))
(assert (bvult product #x8000000000000000))
(define-fun exact () (_ BitVec 128) (bvadd (bvsub ((_ zero_extend 64) gas) ((_ zero_extend 64) product)) #x00000000000000000000000000000001))
(assert (not (= exact ((_ sign_extend 64) (bvadd (bvsub gas product) #x0000000000000001)))))`,
  },
  {
    name: 'unrolled turns: gas for the last of them is gas for each',
    answer: 'unsat',
    text: `
(declare-const gas Int)
(declare-const floor Int)
(declare-const cost Int)
(declare-const turns Int)
(declare-const turn Int)
(assert (and (<= 1 cost) (<= 0 turn) (< turn turns)))
(assert (>= gas (+ floor (* (- turns 1) cost))))
(assert (< (- gas (* turn cost)) floor))`,
  },
  {
    name: 'turns at once: as many as the gas above the floor pays for leave as much gas as the floor',
    answer: 'unsat',
    text: `
(declare-const gas Int)
(declare-const floor Int)
(declare-const cost Int)
(declare-const turns Int)
(declare-const q Int)
(assert (and (<= 0 gas) (< gas 2147483648) (<= 1 cost)))
; q is the quotient of what is above the floor and the cost, towards 0, and positive where there are turns
(assert (and (<= 1 q) (<= (* q cost) (- gas floor))))
(assert (and (<= 1 turns) (<= turns q)))
(assert (not (and (>= (- gas (* turns cost)) floor) (>= (- gas (* turns cost)) 0) ))
)
(assert (>= floor 0))`,
  },
  {
    name: 'turns at once: the gas above the floor has 32 bits',
    answer: 'unsat',
    text: `
(declare-const gas Int)
(declare-const count Int)
(declare-const cost Int)
(declare-const path Int)
(declare-const ahead Int)
(assert (and (<= 0 gas) (< gas 2147483648) (<= 1 count) (<= 1 cost) (<= 0 path) (<= 0 ahead) (< (+ path ahead) 2147483648)))
(define-fun limit () Int (+ (- gas (* count cost)) 1))
(define-fun floor () Int (+ (ite (> limit path) limit path) ahead))
(assert (not (and (<= (- 2147483648) (- gas floor)) (< (- gas floor) 2147483648))))`,
  },
  {
    name: 'turns at once: each byte of the run is one that a turn accesses, up',
    answer: 'unsat',
    text: `
(declare-const begin Int)  ; of the run, above the lowest byte of the stream's first turn
(declare-const span Int)
(declare-const width Int)  ; the stride
(declare-const turns Int)
(declare-const byte Int)
(declare-const turn Int)
(declare-const rest Int)
(assert (and (<= 1 width) (<= 0 begin) (<= (+ begin width) span)))
(assert (and (<= 0 byte) (< byte (* turns width))))
(assert (and (= byte (+ (* turn width) rest)) (<= 0 rest) (< rest width)))
(define-fun place () Int (+ begin byte))
(define-fun own () Int (* turn width)) ; the lowest byte of that turn
(assert (not (and (<= 0 turn) (< turn turns) (<= own place) (< place (+ own span)))))`,
  },
  {
    name: 'turns at once: the same down, where the run ends behind the first turn',
    answer: 'unsat',
    text: `
(declare-const begin Int)
(declare-const span Int)
(declare-const width Int)
(declare-const turns Int)
(declare-const byte Int)  ; from the end of the run downwards, 0 the last
(declare-const turn Int)
(declare-const rest Int)
(assert (and (<= 1 width) (<= 0 begin) (<= (+ begin width) span)))
(assert (and (<= 0 byte) (< byte (* turns width))))
(assert (and (= byte (+ (* turn width) rest)) (<= 0 rest) (< rest width)))
(define-fun place () Int (- (+ begin width) 1 byte))
(define-fun own () Int (- 0 (* turn width)))
(assert (not (and (<= 0 turn) (< turn turns) (<= own place) (< place (+ own span)))))`,
  },
  // What the forms of before 26 November allowed.
  {
    name: 'the old form, last offset instead of size: (0, 0) holds physical place 0',
    answer: 'sat',
    text: `
(declare-const address (_ BitVec 32))
(assert (bvule (bvsub address #x00000000) #x00000000))
(assert (= address (bvadd #xf9e00000 #x06200000))) ; the guest address whose place that is`,
  },
  {
    name: 'the old form, gas without a bound: a turn beyond the count passes',
    answer: 'sat',
    text: `
(declare-const gas (_ BitVec 64))
(declare-const count (_ BitVec 64))
(declare-const cost (_ BitVec 64))
(declare-const ahead (_ BitVec 64))
(assert (bvsge gas #x0000000000000000))
(assert (and (bvuge count #x0000000000000001) (bvult count #x0000000080000000)))
(assert (= cost #x0000000000000004))
(assert (= ahead #x000000000000001c)) ; seven turns more
(define-fun floor () (_ BitVec 64) (bvadd (bvadd (bvsub gas (bvmul count cost)) #x0000000000000001) ahead))
(assert (bvsge gas floor)) ; the comparison passes,
(assert (bvult count #x0000000000000008)) ; with fewer turns in the count than follow`,
  },
]
