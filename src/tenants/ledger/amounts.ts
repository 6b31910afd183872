/** What is limited, together: money in micro-USD, requests, tokens. */
export type Amounts = { microUsd: number; requests: number; tokens: number }

export const NOTHING: Readonly<Amounts> = { microUsd: 0, requests: 0, tokens: 0 }

export function plus(a: Readonly<Amounts>, b: Readonly<Amounts>): Amounts {
  return { microUsd: a.microUsd + b.microUsd, requests: a.requests + b.requests, tokens: a.tokens + b.tokens }
}

export function minus(a: Readonly<Amounts>, b: Readonly<Amounts>): Amounts {
  return {
    microUsd: a.microUsd - b.microUsd,
    requests: a.requests - b.requests,
    tokens: a.tokens - b.tokens,
  }
}

/** Each amount by itself. */
export function mapped(
  amounts: Readonly<Amounts>,
  change: (amount: number, of: keyof Amounts) => number,
): Amounts {
  return {
    microUsd: change(amounts.microUsd, 'microUsd'),
    requests: change(amounts.requests, 'requests'),
    tokens: change(amounts.tokens, 'tokens'),
  }
}

/** Whether there is as much of everything. */
export function covers(there: Readonly<Amounts>, wanted: Readonly<Amounts>): boolean {
  return (
    there.microUsd >= wanted.microUsd && there.requests >= wanted.requests && there.tokens >= wanted.tokens
  )
}
