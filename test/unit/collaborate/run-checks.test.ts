import { describe, expect, it } from 'vitest'
import { impliedChecks, runChecks } from '../../../src/collaborate/checks/run-checks.ts'
import type { ChatRequest } from '../../../src/core/chat.ts'
import { chat } from '../route/builders.ts'
import { answering, calling, saying } from './answers.ts'

const city = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer', maximum: 7 } },
  required: ['city'],
}
const asText = chat()
const asJson = chat({ output: { type: 'json_schema', name: 'place', schema: city } })
const withTools = chat({
  tools: [
    { name: 'forecast', parameters: city },
    { name: 'odd', parameters: { type: 'object', required: ['id'], patternProperties: {} } },
    { name: 'now' },
  ],
})

const schemaOf = (request: ChatRequest, text: string, schema: Record<string, unknown> | null = null) =>
  runChecks(request, saying(text), [{ kind: 'schema', schema }])[0]
const toolsOf = (...calls: ReturnType<typeof calling>[]) =>
  runChecks(withTools, answering(calls), [{ kind: 'tool_arguments' }])[0]
const regexOf = (text: string, pattern: string, mustMatch: boolean) =>
  runChecks(asText, saying(text), [{ kind: 'regex', pattern, mustMatch }])[0]

describe('runChecks', () => {
  it('compares JSON with the schema of the request, and names the place', () => {
    expect(schemaOf(asJson, '{"city": "Bern"}')).toEqual({ check: 'schema', passed: true, complaint: null })
    expect(schemaOf(asJson, '{"city": "Bern", "days": 9}')?.complaint).toBe(
      "The reply: 'days' must keep to maximum 7.",
    )
    expect(schemaOf(asJson, '{"days": 3}')?.complaint).toBe('The reply: the whole must have "city".')
    expect(schemaOf(asJson, '{"city": ')?.complaint).toBe('The reply is no valid JSON.')
    expect(schemaOf(asJson, '```json\n{"city": "Bern"}\n```')?.complaint).toBe(
      'The reply must be JSON alone, without words or a code fence around it.',
    )
    expect(schemaOf(chat({ output: { type: 'json_object' } }), '[1]')?.passed).toBe(false)
  })

  it('finds JSON within an answer that need not be JSON alone', () => {
    expect(schemaOf(asText, 'Sure:\n```json\n{"city": "Bern"}\n```', city)?.passed).toBe(true)
    expect(schemaOf(asText, 'It is {"city": 5}.', city)?.passed).toBe(false)
  })

  it('has nothing to say without a schema that it understands', () => {
    expect(schemaOf(asText, 'Bern')?.passed).toBeNull()
    expect(schemaOf(asText, '{}', { type: 'object', unevaluatedProperties: false })?.passed).toBeNull()
    expect(schemaOf(asJson, '')?.passed).toBeNull()
  })

  it('compares tool calls with their definitions', () => {
    expect(toolsOf(calling('forecast', '{"city":"Bern"}'), calling('now', ''))?.passed).toBe(true)
    expect(toolsOf(calling('free', 'anything', true))?.passed).toBe(true)
    expect(toolsOf(calling('now', ''), calling('forecast', '{"city":3}'))?.complaint).toBe(
      "Tool call 2 (forecast): 'city' must be of type string.",
    )
    expect(toolsOf(calling('forecast', '{"city":'))?.complaint).toBe(
      'Tool call 1 (forecast): the arguments are no JSON object.',
    )
    expect(toolsOf(calling('weather', '{}'))?.complaint).toBe(
      'Tool call 1 (weather): there is no tool of this name.',
    )
    expect(toolsOf(calling('odd', '{}'))?.complaint).toBe('Tool call 1 (odd): the whole must have "id".')
    expect(toolsOf(calling('odd', '{"id":1}'))?.passed).toBe(true)
    expect(toolsOf()?.passed).toBeNull()
  })

  it('looks for patterns that must, or must not, be there', () => {
    expect(regexOf('Total: 42', '\\d+', true)?.passed).toBe(true)
    expect(regexOf('Total: none', '\\d+', true)?.passed).toBe(false)
    expect(regexOf('一共 42 元', '[0-9]+ 元', false)?.passed).toBe(false)
    expect(regexOf('x', '(', true)?.passed).toBeNull()
    expect(regexOf('', 'x', true)?.passed).toBeNull()
  })

  it('gives one result for each check, in order, and tells the first complaints', () => {
    const text = '2 + 2 = 5, 2 + 3 = 6, 2 + 4 = 7, 2 + 5 = 8\n```json\n{\n```'
    const results = runChecks(asText, saying(text), [{ kind: 'code_syntax' }, { kind: 'arithmetic' }])
    expect(results.map(({ check, passed }) => [check, passed])).toEqual([
      ['code_syntax', false],
      ['arithmetic', false],
    ])
    expect(results[1]?.complaint).toMatch(/^"2 \+ 2 = 5" is wrong.*"2 \+ 4 = 7" is wrong.* And 1 more like/)
  })
})

describe('impliedChecks', () => {
  it('are those of the form and the tools that a request asks for', () => {
    expect(impliedChecks(asText)).toEqual([])
    expect(impliedChecks(asJson)).toEqual([{ kind: 'schema', schema: null }])
    expect(impliedChecks(withTools)).toEqual([{ kind: 'tool_arguments' }])
  })
})
