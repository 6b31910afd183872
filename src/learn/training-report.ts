import { usdOf } from '../core/money.ts'
import type { Comparison, Figures } from './evaluate.ts'
import type { TrainingReport } from './learn-outcomes.ts'

/** A report as the API and the command line tell it. Money in USD. */
export function reportBody({ comparison, ...report }: TrainingReport) {
  return {
    used: {
      prompts: report.examples + report.heldOut,
      prompts_left_out: report.leftOut,
      models: report.models,
      models_left_out: report.modelsLeftOut,
    },
    held_out: comparison && comparisonBody(comparison, report.current),
  }
}

function comparisonBody({ earlier, ...comparison }: Comparison, current: string) {
  return {
    prompts: comparison.prompts,
    current: { parameters: current, ...figuresBody(comparison.current) },
    candidate: figuresBody(comparison.candidate),
    utility_gain_95: comparison.utilityGain,
    brier_gain_95: comparison.brierGain,
    knowledge_95: comparison.knowledge,
    earlier: earlier && { prompts: earlier.prompts, utility_gain: earlier.utilityGain },
  }
}

function figuresBody({ utility, quality, costMicroUsd, brier }: Figures) {
  return { utility, quality, cost_usd: usdOf(costMicroUsd), brier }
}
