// Stands in for vitest where a script uses what tests share.
export const afterAll = () => {}
export const beforeAll = () => {}
