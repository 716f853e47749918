// Stands in for vitest where a script uses what tests share.
export const afterAll = () => {}
export const beforeAll = () => {}
/** No script compares with it. One that does has to hear of it. */
export const expect = () => {
  throw new Error('assert: expect is for tests')
}
