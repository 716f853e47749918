// Parts of a campaign. Not which cases a part has: campaign.ts.

/** A shard is a part of a campaign: `index`, from 0, of `count`. */
export interface Shard {
  readonly index: number
  readonly count: number
}

/** This shard is all of a campaign. */
export const WHOLE: Shard = { index: 0, count: 1 }
