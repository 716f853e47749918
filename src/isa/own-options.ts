// Reads options: what the caller gave, nothing inherited. Not their checks.

/**
 * The options that the caller gave, without what their object inherits, as from a polluted `Object.prototype`. To be read
 * by destructuring. Undefined is no options.
 */
export function ownOptions<T extends object>(options: T | undefined): T {
  return Object.assign(Object.create(null), options) as T
}
