import { bearerToken, type Issue, type Wire } from '../../wire.ts'
import type { Answer, Turn } from '../../question.ts'
import type { ResponseMemory } from '../../response-memory.ts'
import { openaiComplaint, openaiError, openaiModels } from '../openai.ts'
import { itemForm, responseEvents, responseOf } from './answer.ts'
import { itemTurns } from './items.ts'
import { outputItems } from './output.ts'
import { responsesQuestion, responsesRequest, type ResponsesRequest } from './request.ts'
import { checkItems, previousResponse } from './rules.ts'

/** OpenAI's Responses. Keeps what is to be stored, so that a later request may continue it. */
export const responsesWire: Wire = {
  idHeader: 'x-request-id',
  keyOf: bearerToken,
  read(body, _target, memory) {
    const request = responsesRequest.parse(body)
    const previous = previousResponse(request.previous_response_id, memory)
    checkItems(request.input, previous, memory)
    const turns = [...(previous?.turns ?? []), ...request.input.flatMap(itemTurns)]
    return {
      question: responsesQuestion(request, turns),
      whole(answer, issue) {
        keep(memory, { answer, issue, request, turns })
        return responseOf(answer, issue, request)
      },
      frames(answer, issue) {
        keep(memory, { answer, issue, request, turns })
        return responseEvents(answer, issue, request)
      },
    }
  },
  complaint: openaiComplaint,
  overflow: () => ({
    status: 400,
    message: 'Your input exceeds the context window of this model. Please adjust your input and try again.',
    code: 'context_length_exceeded',
    param: 'input',
  }),
  error: openaiError,
  errorFrame({ status, message, code }, sequence) {
    const fallback = status === 429 ? 'rate_limit_exceeded' : 'server_error'
    return {
      event: 'error',
      data: { type: 'error', code: code ?? fallback, message, param: null, sequence_number: sequence },
    }
  },
  models: openaiModels,
}

type Told = { answer: Answer; issue: Issue; request: ResponsesRequest; turns: readonly Turn[] }

function keep(memory: ResponseMemory, { answer, issue, request, turns }: Told): void {
  if (request.store === false || answer.failure) return
  const said: Turn = {
    role: 'assistant',
    text: answer.text + answer.toolCalls.map((call) => JSON.stringify(call)).join(''),
    calls: answer.toolCalls.map((call) => call.name),
  }
  memory.keep(`resp_${issue.id}`, {
    turns: [...turns, said],
    itemIds: outputItems(answer, issue.id, itemForm(request)).map(({ done }) => String(done['id'])),
    openCallIds: answer.toolCalls.map((call) => call.id),
  })
}
