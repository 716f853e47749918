// What a number of compared instructions costs, from measured rates, as text for docs/campaigns.md. Not the measuring: campaign-cost.mjs.

/** What the docs ask about. */
const INSTRUCTIONS = 1e12
const LAPTOP_CORES = 8
const FARM = { machines: 100, cores: 16 }
/** Dollars for an hour of a core, as clouds ask for machines that may be taken away; an assumption, not a measurement. */
const CORE_HOUR = 0.02

const MARK = /(<!-- campaign-cost -->\n)[\s\S]*?(<!-- end -->)/

function seconds(value) {
  if (value < 90) return `${value.toFixed(0)} s`
  if (value < 5400) return `${(value / 60).toFixed(0)} min`
  if (value < 2 * 86_400) return `${(value / 3600).toFixed(1)} h`
  return `${(value / 86_400).toFixed(1)} days`
}

const count = value =>
  value >= 1e9
    ? `${(value / 1e9).toFixed(1)} G`
    : value >= 1e6
      ? `${(value / 1e6).toFixed(1)} M`
      : `${(value / 1e3).toFixed(0)} k`

/** The tables of a record. */
export function costText({ date, machine, campaigns }) {
  const rows = campaigns.map(({ name, instructions, processor }) => {
    const core = (INSTRUCTIONS / instructions) * processor
    const price = (core / 3600) * CORE_HOUR
    return [
      name,
      `${count(instructions)} in ${processor.toFixed(0)} s`,
      `${count(instructions / processor)}`,
      seconds(core),
      seconds(core / LAPTOP_CORES),
      seconds(core / (FARM.machines * FARM.cores)),
      price < 10 ? `$${price.toFixed(2)}` : `$${Math.round(price).toLocaleString('en')}`,
    ]
  })
  const head = [
    'campaign',
    'measured',
    'per second',
    'one core',
    `${LAPTOP_CORES} cores`,
    `${FARM.machines} × ${FARM.cores} cores`,
    'price',
  ]
  const width = head.map((title, i) => Math.max(title.length, ...rows.map(row => row[i].length)))
  const line = cells => `| ${cells.map((cell, i) => cell.padEnd(width[i])).join(' | ')} |`
  return [
    line(head),
    `| ${width.map(length => '-'.repeat(length)).join(' | ')} |`,
    ...rows.map(line),
    '',
    `Measured ${date} on ${machine.cpu}, Node ${machine.node.replace(/^v/, '')}, one worker: instructions that every engine executed, and processor time of all its threads. The price is at $${CORE_HOUR} for an hour of a core.`,
  ].join('\n')
}

/** A text with the tables renewed. */
export function withCost(text, record) {
  if (!MARK.test(text)) throw new Error('no place for the table, <!-- campaign-cost --> … <!-- end -->')
  return text.replace(MARK, (_, before, after) => `${before}${costText(record)}\n${after}`)
}
