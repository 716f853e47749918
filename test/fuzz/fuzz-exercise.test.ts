// A fixed campaign reaches everything that compiled code can do: each template, each way of checking an access, each kind of end, exit
// and fast loop. What it never runs, no comparison of engines says anything about.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tierPolicy } from '../../src/engine/auto.ts'
import { type Exercise, startExercise, stopExercise } from '../../src/engine/recompiler/exercise.ts'
import { createTotals, type FuzzStyle, runCampaign } from '../../src/fuzz/campaign.ts'
import { EXERCISES, neverReached } from '../../src/fuzz/exercised.ts'
import { type Profile, profile } from '../../src/program/profile.ts'

const { verify } = tierPolicy
let exercise: Exercise

beforeAll(() => {
  tierPolicy.verify = false // modules that say what they do are of no accepted form
  exercise = startExercise()
})

afterAll(() => {
  stopExercise()
  tierPolicy.verify = verify
})

it('all there is is reached, and the engines agree', { timeout: 300_000 }, () => {
  const run = (style: FuzzStyle, cases: number, profiles?: readonly Profile[]): void => {
    const engines = ['interpreter', 'recompiler', 'auto'] as const
    const enough = ({ cases: done }: { readonly cases: number }): boolean => done >= cases
    expect(
      runCampaign({ seed: 'exercise', engines, style, enough, ...(profiles && { profiles }) }, createTotals()),
    ).toBeUndefined()
  }
  run('attack', 1400)
  run('close', 900)
  run('close', 200, [profile('polkavm', { instructionSet: 'latest32' })])
  expect(neverReached(exercise)).toEqual([])
  const unknown = [...exercise.counts.keys()].filter(name => !EXERCISES.includes(name))
  expect(unknown.filter(name => !/^(template|left Paid)/.test(name))).toEqual([]) // those of ends stand for the end
})
