import { isRecord } from '../../core/canonical-json.ts'
import { redact } from '../../core/redact.ts'
import { readJson } from '../../collaborate/read-json.ts'
import { type AttemptOrder, type AttemptOutcome, NO_COST } from '../../runs/attempt.ts'
import { quoted, taskPrompt } from '../../runs/prompts/task-prompt.ts'
import { type A2aAnswer, type A2aClient, a2aClient, type A2aPart, type A2aTask } from './a2a-client.ts'
import { sleep } from '../sleep.ts'
import { idOf } from './http-agent.ts'
import { failed, type FailedOutcome, unusable } from './outcomes.ts'
import { type RemoteAgent, type RemoteOrder, unanswered } from './remote-agent.ts'

/** How often an agent is asked how far it is: soon at first, then at most so often. */
const FIRST_POLL_MS = 500
const LONGEST_POLL_MS = 10_000
const POLL_GROWTH = 1.5
/** An agent that does not say so often in a row how far it is, is lost. */
const MOST_SILENT_POLLS = 5

const WORKING: ReadonlySet<string> = new Set(['TASK_STATE_SUBMITTED', 'TASK_STATE_WORKING'])

/** Where a task is at an agent elsewhere: what a later attempt goes on with. */
type Place = { url: string; task_id: string; context_id: string | null }

/** Sends a task to an A2A 1.0 agent, and asks how far it is until it has ended. */
export const askA2aAgent: RemoteAgent = async (remote) => {
  const { url, limits, order } = remote
  const client = a2aClient(url, limits)
  const begun = (await goneOn(client, remote)) ?? (await client.send(messageOf(order, url)))
  if (begun.kind !== 'answered') return failureOf(begun)
  const { task, message } = begun.value
  if (task) return followed(client, remote, task)
  if (message) return succeededWith(order, message.parts)
  return unusable('The agent gave neither a task nor a message', NO_COST, null)
}

/** A task that an attempt before began here and that may still be worked on: nothing is done twice. */
async function goneOn(client: A2aClient, { order, url }: RemoteOrder) {
  const place = placeIn(order, url)
  if (!place || order.supplied !== null) return null
  const found = await client.get(place.task_id)
  if (found.kind !== 'answered') return null
  const { state } = found.value.status
  const isOfUse = WORKING.has(state) || state === 'TASK_STATE_COMPLETED'
  return isOfUse ? { kind: 'answered' as const, value: { task: found.value, message: undefined } } : null
}

function placeIn({ carryOver }: AttemptOrder, url: string): Place | null {
  const place = isRecord(carryOver) ? carryOver['a2a'] : null
  if (!isRecord(place) || place['url'] !== url || typeof place['task_id'] !== 'string') return null
  const context = place['context_id']
  return { url, task_id: place['task_id'], context_id: typeof context === 'string' ? context : null }
}

function messageOf(order: AttemptOrder, url: string): object {
  const place = order.supplied === null ? null : placeIn(order, url)
  const { system, user, media } = taskPrompt(order, false)
  const { outputSchema, idempotencyKey, deadline } = order
  const schema = outputSchema ? quoted([{ name: 'schema', value: outputSchema }]) : []
  const text = [user, system, ...schema].join('\n\n')
  return {
    message: {
      messageId: idOf(order),
      role: 'ROLE_USER',
      parts: [{ text }, ...media.map((data) => ({ data }))],
      ...(place && { taskId: place.task_id, ...(place.context_id && { contextId: place.context_id }) }),
      metadata: { idempotencyKey: idempotencyKey ?? idOf(order), deadline: new Date(deadline).toISOString() },
    },
    configuration: { returnImmediately: true, acceptedOutputModes: ['text/plain', 'application/json'] },
  }
}

async function followed(client: A2aClient, remote: RemoteOrder, first: A2aTask): Promise<AttemptOutcome> {
  const { order, url, io } = remote
  const { signal } = io
  const partial = { a2a: { url, task_id: first.id, context_id: first.contextId ?? null } satisfies Place }
  io.progress(partial)
  let task = first
  let silent = 0
  for (let pause = FIRST_POLL_MS; WORKING.has(task.status.state); pause *= POLL_GROWTH) {
    await sleep(Math.min(pause, LONGEST_POLL_MS), signal)
    if (signal.aborted) {
      io.background(client.cancel(task.id))
      return failed({ code: 'cancelled', message: 'It was taken back' }, { partial })
    }
    const asked = await client.get(task.id)
    silent = asked.kind === 'answered' ? 0 : silent + 1
    if (asked.kind === 'answered') task = asked.value
    else if (silent >= MOST_SILENT_POLLS) return { ...failureOf(asked), reason: 'lost', partial }
  }
  return outcomeOf(order, task, partial)
}

function outcomeOf(order: AttemptOrder, { status, artifacts }: A2aTask, partial: object): AttemptOutcome {
  const said = redact(textIn(status.message?.parts ?? []))
  switch (status.state) {
    case 'TASK_STATE_COMPLETED': {
      const parts = (artifacts ?? []).flatMap((artifact) => artifact.parts)
      return succeededWith(order, parts.length > 0 ? parts : (status.message?.parts ?? []))
    }
    case 'TASK_STATE_INPUT_REQUIRED':
    case 'TASK_STATE_AUTH_REQUIRED':
      return { kind: 'input_required', asks: { message: said }, cost: NO_COST, partial }
    default: {
      const code = status.state.replace('TASK_STATE_', '').toLowerCase().slice(0, 64)
      return failed({ code: `agent_${code}`, message: said || `The agent ended with ${status.state}` })
    }
  }
}

/** One part of data is the output; texts are one text; all else is a list. */
function succeededWith({ outputSchema }: AttemptOrder, parts: readonly A2aPart[]): AttemptOutcome {
  const [only, ...others] = parts
  if (!only) return unusable('The agent gave no output', NO_COST, null)
  const text = textIn(parts)
  const isText = parts.every((part) => typeof part.text === 'string')
  const whole = others.length === 0 && only.data !== undefined ? only.data : parts
  const output = isText ? (outputSchema ? (readJson(text) ?? text) : text) : whole
  return { kind: 'succeeded', output, cost: NO_COST }
}

function textIn(parts: readonly A2aPart[]): string {
  return parts.flatMap(({ text }) => text ?? []).join('\n')
}

function failureOf(answer: Exclude<A2aAnswer<unknown>, { kind: 'answered' }>): FailedOutcome {
  if (answer.kind === 'unanswered') return unanswered(answer.why)
  if (answer.kind === 'unreadable') return unusable(answer.message, NO_COST, null)
  return failed({ code: 'agent_failed', message: redact(answer.message) })
}
