import * as z from 'zod'

const candidate = z.object({ token: z.string().nullish(), logProbability: z.number().nullish() })
type Candidate = z.infer<typeof candidate>

export const logprobsResult = z
  .object({
    chosenCandidates: z.array(candidate).nullish(),
    topCandidates: z.array(z.object({ candidates: z.array(candidate).nullish() })).nullish(),
  })
  .nullish()
  .catch(null)

/** Google's probabilities as OpenAI writes them, one entry per token; null where there are none. */
export function readLogprobs(result: z.infer<typeof logprobsResult>): readonly object[] | null {
  if (!result?.chosenCandidates) return null
  return result.chosenCandidates.map((chosen, at) => ({
    ...entry(chosen),
    top_logprobs: (result.topCandidates?.[at]?.candidates ?? []).map(entry),
  }))
}

function entry({ token, logProbability }: Candidate): object {
  return { token: token ?? '', logprob: logProbability ?? 0, bytes: null }
}
