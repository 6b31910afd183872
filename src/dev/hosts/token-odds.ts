import { chanceOf } from './chance.ts'

/** Characters per chunk of a stream: one token of Latin text. */
const TOKEN_CHARACTERS = 4
const ALTERNATIVES = [' the', ' a', '.', ',', ' and', ' of', ' is', ' in', ' to', ' it']

/** A token with its natural logarithm of probability, and the likeliest tokens in its place, itself first. */
export type TokenOdds = {
  token: string
  logprob: number
  top: readonly { token: string; logprob: number }[]
}

/** A text in the pieces in which a stream sends it. Never cuts a character in two. */
export function piecesOf(text: string): string[] {
  const characters = Array.from(text)
  return Array.from({ length: Math.ceil(characters.length / TOKEN_CHARACTERS) }, (_, at) =>
    characters.slice(at * TOKEN_CHARACTERS, (at + 1) * TOKEN_CHARACTERS).join(''),
  )
}

/** How sure the model was of each piece of a text, with so many alternatives; repeatable. */
export function oddsOf(text: string, topCount: number): TokenOdds[] {
  return piecesOf(text).map((token, at) => {
    const logprob = -roundOdds(chanceOf(`${at} ${token} odds`) * 0.5)
    const others = ALTERNATIVES.filter((other) => other !== token).map((other, rank) => {
      return { token: other, logprob: roundOdds(logprob - 1.5 - rank * 0.75) }
    })
    return { token, logprob, top: [{ token, logprob }, ...others].slice(0, topCount) }
  })
}

function roundOdds(value: number): number {
  return Math.round(value * 1e6) / 1e6
}
