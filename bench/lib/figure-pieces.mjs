// Single figures are measured in pieces too: puts them together. Not the programs': pieces.mjs.

/** The figure with the best of its values: what disturbs only ever slows down. */
export function withBest(figure) {
  return { ...figure, value: figure.unit === 'M/s' ? Math.max(...figure.values) : Math.min(...figure.values) }
}

/**
 * What was not measured this time stays from the time before, in its place. With `add`, values of the same commit are rounds of the same
 * figure. Pieces of which nothing is left go.
 */
export function withEarlierFigures(now, before, add) {
  const key = f => `${f.name} ${f.on}`
  const commitOf = new Map([...before.pieces, ...now.pieces].map(p => [p.id, p.commit]))
  const measured = new Map(now.figures.map(f => [key(f), f]))
  const together = (old, fresh) => {
    if (fresh === undefined) return old
    const isSame = old.pieces.every(id => commitOf.get(id) === now.pieces[0].commit)
    if (!add || !isSame) return fresh
    const pieces = [...old.pieces, ...fresh.pieces]
    return withBest({ ...fresh, values: [...old.values, ...fresh.values], pieces })
  }
  const kept = before.figures.map(f => together(f, measured.get(key(f))))
  const known = new Set(kept.map(key))
  const figures = [...kept, ...now.figures.filter(f => !known.has(key(f)))]
  // A new figure stands with those of its name.
  const order = [...new Set(figures.map(f => f.name))]
  figures.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
  const used = new Set(figures.flatMap(f => f.pieces))
  return { pieces: [...before.pieces, ...now.pieces].filter(p => used.has(p.id)), figures }
}
