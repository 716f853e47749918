// Whether anything about a machine makes its host calls unusual. Bits of one number, so that a usual call has one thing to look at,
// before the host function and behind it.

/** Gas was written as less than zero, or `chargeGas` failed and gas has not been written since. */
const OVERDRAWN = 1
/** A host function has called `dispose`. */
const DISPOSE = 2
/** The run that is under way has bounds. */
const BOUNDS = 4
/** The machine has registers or pages of its own, which are copied when control goes from guest to host or back. */
const APART = 8

/** What the host calls of one machine have to take care of. It refers to nothing, so that all parts of the machine can have it. */
export class Care {
  /** 0 if there is nothing. */
  bits = 0

  #set(bit: number, isSet: boolean): void {
    this.bits = isSet ? this.bits | bit : this.bits & ~bit
  }

  get overdrawn(): boolean {
    return (this.bits & OVERDRAWN) !== 0
  }

  set overdrawn(isSet: boolean) {
    this.#set(OVERDRAWN, isSet)
  }

  get disposeRequested(): boolean {
    return (this.bits & DISPOSE) !== 0
  }

  set disposeRequested(isSet: boolean) {
    this.#set(DISPOSE, isSet)
  }

  set hasBounds(isSet: boolean) {
    this.#set(BOUNDS, isSet)
  }

  get isApart(): boolean {
    return (this.bits & APART) !== 0
  }

  set isApart(isSet: boolean) {
    this.#set(APART, isSet)
  }
}
