// Runs before every test file: each module that a test has compiled is verified, and a refusal is an error.
import { tierPolicy } from '../src/engine/recompiler/tiers/policy.ts'

tierPolicy.verify = 'strict'
