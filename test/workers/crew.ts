import * as z from 'zod'
import {
  ANTHROPIC,
  anthropicAnswer,
  anthropicStream,
  fakeHosts,
  GOOGLE,
  googleAnswer,
  type HostCall,
  OPENAI,
  openaiAnswer,
  openaiStream,
  refusal,
} from './hosts.ts'

export const MINI = 'openai/gpt-4.1-mini'
export const HAIKU = 'anthropic/claude-haiku-4.5'
export const FLASH = 'google/gemini-2.5-flash'
/** Each at a host of its own, in the order of the hosts in `crewAt`. */
export const MODELS = [MINI, HAIKU, FLASH]
/** Everybody is asked at their own host and nobody stands in for anybody. */
export const ALONE = {
  provider: { only: ['openai', 'anthropic', 'google'], allow_fallbacks: false },
  num_retries: 0,
}

type Tool = { name: string; args: object }
/** What a host answers: words, words that take so many tokens, calls of tools, or a failure. */
type Turn = string | Counted | readonly Tool[] | { status: number }
type Counted = { text: string; input: number; output: number }
type Told = Turn | ((call: HostCall) => Turn | Promise<Turn>)

/** Whoever else is at the edge of the network. */
export type Hosts = Parameters<typeof fakeHosts>[0]

/** What each of the three hosts answers. Returns what they were sent. */
export function crewAt(
  openai: Told,
  anthropic: Told = openai,
  google: Told = openai,
  others: Hosts = {},
): HostCall[] {
  return fakeHosts({
    ...others,
    [OPENAI]: answering(openai, openaiTurn),
    [ANTHROPIC]: answering(anthropic, anthropicTurn),
    [GOOGLE]: answering(google, googleTurn),
  })
}

type Written = string | readonly Tool[]

function answering(told: Told, write: (turn: Written, call: HostCall) => Response) {
  return async (call: HostCall) => {
    const turn = typeof told === 'function' ? await told(call) : told
    if (typeof turn === 'object' && 'status' in turn) return refusal(turn.status, 'down')
    return typeof turn === 'object' && 'text' in turn
      ? counted(turn, write(turn.text, call))
      : write(turn, call)
  }
}

/** An answer of any of the hosts with other usage. */
async function counted({ input, output }: Counted, answer: Response): Promise<Response> {
  const whole = z.looseObject({}).parse(await answer.json())
  const openai = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output }
  const usage = { ...openai, input_tokens: input, output_tokens: output }
  const usageMetadata = { promptTokenCount: input, candidatesTokenCount: output }
  return Response.json({ ...whole, ...('usage' in whole ? { usage } : { usageMetadata }) })
}

/** How much a host may write, in tokens. */
export const capIn = (call: HostCall) =>
  Number(/"max_?(?:completion_|output_|Output)?[tT]okens":(\d+)/.exec(sentIn(call))?.[1])

/** Whether a host was asked for a stream. */
export const streaming = ({ body }: HostCall) => z.object({ stream: z.literal(true) }).safeParse(body).success

/** Everything a host was sent, as text. */
export const sentIn = ({ body }: HostCall) => JSON.stringify(body)

/** The hosts that were asked, sorted. */
export const askedIn = (calls: readonly HostCall[]) => calls.map(({ host }) => host).toSorted()

const halves = (text: string) => [text.slice(0, text.length / 2), text.slice(text.length / 2)]

function openaiTurn(turn: Written, call: HostCall): Response {
  if (call.url.endsWith('/responses')) return openaiResponse(turn)
  if (typeof turn === 'string') return streaming(call) ? openaiStream(halves(turn)) : openaiAnswer(turn)
  const tool_calls = turn.map(({ name, args }, at) => ({
    id: `call_o${at}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(args) },
  }))
  return Response.json({
    id: 'chatcmpl-host',
    object: 'chat.completion',
    created: 1,
    model: 'as-the-host-calls-it',
    choices: [
      { index: 0, message: { role: 'assistant', content: null, tool_calls }, finish_reason: 'tool_calls' },
    ],
    usage: { prompt_tokens: 1_000, completion_tokens: 200, total_tokens: 1_200 },
  })
}

/** As OpenAI answers those who ask in its newer words. */
function openaiResponse(turn: Written): Response {
  const output =
    typeof turn === 'string'
      ? [
          {
            type: 'message',
            role: 'assistant',
            content: [{ type: 'output_text', text: turn, annotations: [] }],
          },
        ]
      : turn.map(({ name, args }, at) => ({
          type: 'function_call',
          id: `fc_o${at}`,
          call_id: `call_o${at}`,
          name,
          arguments: JSON.stringify(args),
        }))
  const usage = { input_tokens: 1_000, output_tokens: 200, total_tokens: 1_200 }
  return Response.json({ id: 'resp_host', object: 'response', status: 'completed', output, usage })
}

function anthropicTurn(turn: Written, call: HostCall): Response {
  if (typeof turn === 'string') return streaming(call) ? anthropicStream(halves(turn)) : anthropicAnswer(turn)
  return Response.json({
    id: 'msg_host',
    type: 'message',
    role: 'assistant',
    content: turn.map(({ name, args }, at) => ({ type: 'tool_use', id: `toolu_a${at}`, name, input: args })),
    stop_reason: 'tool_use',
    usage: { input_tokens: 700, output_tokens: 90 },
  })
}

function googleTurn(turn: Written): Response {
  if (typeof turn === 'string') return googleAnswer(turn)
  return Response.json({
    candidates: [
      {
        content: { role: 'model', parts: turn.map(({ name, args }) => ({ functionCall: { name, args } })) },
        finishReason: 'STOP',
      },
    ],
    usageMetadata: { promptTokenCount: 600, candidatesTokenCount: 80 },
  })
}

const member = z.object({
  role: z.string(),
  number: z.number(),
  model: z.string(),
  provider: z.string(),
  outcome: z.string(),
  input_tokens: z.number(),
  output_tokens: z.number(),
  cost: z.number().nullable(),
})

/** How several came to an answer, as the API tells it. */
const outcomeBody = z.strictObject({
  pattern: z.string(),
  aggregation: z.string().nullable(),
  answered: z.number(),
  of: z.number(),
  partial: z.boolean(),
  notes: z.array(z.string()),
  vote: z
    .array(z.object({ answer: z.string().nullable(), members: z.array(z.number()), weight: z.number() }))
    .nullable(),
  report: z
    .looseObject({ source: z.string(), consensus: z.array(z.string()), blind_spots: z.array(z.string()) })
    .nullable(),
  parts: z.array(z.looseObject({ role: z.string(), outcome: z.string(), confidence: z.number().optional() })),
})

/** A chat answer that several worked on. */
const crewAnswer = z.looseObject({
  model: z.string(),
  choices: z.array(
    z.looseObject({
      message: z.looseObject({
        content: z.string().nullable(),
        tool_calls: z
          .array(
            z.object({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string() }) }),
          )
          .optional(),
      }),
      finish_reason: z.string(),
    }),
  ),
  usage: z.looseObject({
    prompt_tokens: z.number(),
    completion_tokens: z.number(),
    cost: z.number(),
    members: z.array(member).optional(),
  }),
  switchyard: z.looseObject({ id: z.string(), collaboration_outcome: outcomeBody.optional() }).optional(),
})

/** What is said in a chat answer that several worked on. */
export async function readCrew(answer: Response) {
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`${answer.status} ${text}`)
  const body = crewAnswer.parse(JSON.parse(text))
  const [choice] = body.choices
  if (!choice) throw new Error('No choice')
  return { ...body, choice, said: choice.message.content, outcome: body.switchyard?.collaboration_outcome }
}
