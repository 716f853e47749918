// A map that is copied on write without being copied: layers of changes, the newest on top. Not what is in it.

interface Layer<K, V> {
  readonly map: ReadonlyMap<K, V>
  readonly below: Layer<K, V> | undefined
}

/**
 * Two layers become one when the upper one has at least half as many entries: so there are few of them, and an entry is moved as
 * often as there are doublings, however often a map is forked between two changes.
 */
function onto<K, V>(map: ReadonlyMap<K, V>, below: Layer<K, V> | undefined): Layer<K, V> {
  let merged = map
  let rest = below
  while (rest !== undefined && rest.map.size <= 2 * merged.size) {
    merged = new Map([...rest.map, ...merged])
    rest = rest.below
  }
  return { map: merged, below: rest }
}

/** A map whose forks share what neither has changed. No entry is ever taken out. */
export class Layers<K, V> {
  #top: Map<K, V> | undefined
  #below: Layer<K, V> | undefined

  /** The value of a key; undefined also where that is the value. */
  get(key: K): V | undefined {
    if (this.#top?.has(key)) return this.#top.get(key)
    for (let layer = this.#below; layer !== undefined; layer = layer.below) {
      if (layer.map.has(key)) return layer.map.get(key)
    }
    return undefined
  }

  has(key: K): boolean {
    if (this.#top?.has(key)) return true
    for (let layer = this.#below; layer !== undefined; layer = layer.below) if (layer.map.has(key)) return true
    return false
  }

  set(key: K, value: V): void {
    this.#top ??= new Map()
    this.#top.set(key, value)
  }

  /** The same map: what is changed in one is not in the other. */
  fork(): Layers<K, V> {
    if (this.#top !== undefined) {
      this.#below = onto(this.#top, this.#below)
      this.#top = undefined
    }
    const copy = new Layers<K, V>()
    copy.#below = this.#below
    return copy
  }

  /** Each key once, with its value: all of them, or at least those that were set since this was forked off another one. */
  entries(since?: Layers<K, V>): ReadonlyMap<K, V> {
    const shared = new Set<Layer<K, V>>()
    for (let layer = since === undefined ? undefined : since.#below; layer !== undefined; layer = layer.below)
      shared.add(layer)
    const layers: ReadonlyMap<K, V>[] = this.#top === undefined ? [] : [this.#top]
    for (let layer = this.#below; layer !== undefined && !shared.has(layer); layer = layer.below) layers.push(layer.map)
    if (layers.length === 1) return layers[0]!
    return new Map(layers.reverse().flatMap(map => [...map]))
  }
}
