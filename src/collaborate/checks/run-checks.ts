import { type Answer, type ChoiceTexts, textsOf } from '../../core/answer.ts'
import type { ChatRequest, Message } from '../../core/chat.ts'
import type { Check } from '../../core/collaboration.ts'
import { compileRegex, RegexFault } from '../../core/linear-regex.ts'
import type { CheckResult } from '../outcome.ts'
import { checkArithmetic } from './arithmetic.ts'
import { checkCode } from './code-syntax.ts'
import { MAX_CHARS } from './fences.ts'
import type { Finding } from './finding.ts'
import { checkSchema, checkToolArguments } from './schema.ts'

/** Of what one check finds, so much is told. */
const MAX_TOLD = 3

/**
 * Checks an answer without asking anybody, in time linear in its length. Only the first of several choices is looked
 * at, and of its prose the first 100,000 UTF-16 units; of what it may quote the last 100,000.
 *
 * @returns one result for each check, in order
 */
export function runChecks(
  request: ChatRequest,
  { choices }: Answer,
  checks: readonly Check[],
): readonly CheckResult[] {
  const texts = textsOf(choices[0])
  return checks.map((check) => {
    const found = findingIn(request, texts, check)
    return { check: check.kind, passed: found && found.length === 0, complaint: told(found) }
  })
}

/** What a request asks for by itself: output of a form, tools called as they are defined. */
export function impliedChecks({ output, tools }: ChatRequest): readonly Check[] {
  return [
    ...(output.type === 'text' ? [] : [{ kind: 'schema' as const, schema: null }]),
    ...(tools.length > 0 ? [{ kind: 'tool_arguments' as const }] : []),
  ]
}

function findingIn(request: ChatRequest, { text, toolCalls }: ChoiceTexts, check: Check): Finding {
  const prose = text.slice(0, MAX_CHARS)
  switch (check.kind) {
    case 'schema':
      return checkSchema(request, text, check.schema)
    case 'tool_arguments':
      return checkToolArguments(request, toolCalls)
    case 'regex':
      return checkRegex(text, check)
    case 'arithmetic':
      return checkArithmetic(prose, askedIn(request.messages).slice(-MAX_CHARS))
    case 'code_syntax':
      return checkCode(prose)
  }
}

/** A pattern that cannot be read says nothing of the answer. */
function checkRegex(text: string, { pattern, mustMatch }: Extract<Check, { kind: 'regex' }>): Finding {
  if (text === '') return null
  try {
    if (compileRegex(pattern).test(text) === mustMatch) return []
  } catch (fault) {
    if (fault instanceof RegexFault) return null
    throw fault
  }
  return [`The reply must ${mustMatch ? '' : 'not '}contain a match of the pattern ${pattern}`]
}

/** What others than the model have said. */
function askedIn(messages: readonly Message[]): string {
  const asked = messages.flatMap(({ role, content }) => (role === 'assistant' ? [] : content))
  return asked.map((part) => (part.type === 'text' ? part.text : '')).join('\n')
}

function told(found: Finding): string | null {
  if (!found || found.length === 0) return null
  const more = found.length - MAX_TOLD
  return [...found.slice(0, MAX_TOLD), ...(more > 0 ? [`And ${more} more like these.`] : [])].join(' ')
}
