// Runs a campaign in slices, so that the process sees Ctrl-C between them. Not the campaign: fuzz/campaign.ts.
import { type CampaignFinding, type CampaignOptions, runCampaign, type Totals } from '../fuzz/campaign.ts'

/** How long a slice takes at least. */
const SLICE_MS = 300

/** How a campaign ended: with a difference, interrupted, or with enough. */
export interface SlicedOutcome {
  readonly difference: CampaignFinding | undefined
  readonly interrupted: boolean
}

/** Runs the campaign until it has enough, finds a difference, or the process gets SIGINT. The cases are those of one run. */
export async function runSlices(campaign: CampaignOptions, totals: Totals): Promise<SlicedOutcome> {
  let interrupted = false
  const onInterrupt = (): void => {
    interrupted = true
  }
  process.once('SIGINT', onInterrupt)
  try {
    for (;;) {
      const [begun, done] = [performance.now(), totals.cases]
      let enough = false
      const isOver = (): boolean => totals.cases > done && performance.now() - begun > SLICE_MS
      const difference = runCampaign(
        { ...campaign, done, enough: now => (enough = campaign.enough(now)) || isOver() },
        totals,
      )
      if (difference !== undefined || enough) return { difference, interrupted: false }
      await new Promise(resolve => setImmediate(resolve)) // signals are seen here
      if (interrupted) return { difference: undefined, interrupted }
    }
  } finally {
    process.off('SIGINT', onInterrupt)
  }
}
