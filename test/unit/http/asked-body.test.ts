import { expect, it } from 'vitest'
import { readAsked } from '../../../src/http/asked-body.ts'
import { demand, preferences, shape } from '../route/builders.ts'

const { structure: _structure, ...oldDemand } = demand()
const { choices: _choices, ...oldShape } = shape()
const { reliability: _reliability, ...sent } = preferences()
const OLD = {
  preferences: sent,
  shape: oldShape,
  demand: oldDemand,
  session: { modelId: 'v/one', host: 'one', answeredAt: 1 },
  learned: [],
  signals: {
    requestId: 'req_1',
    hasTools: false,
    stream: false,
    user: null,
    key: 'key_1',
    region: 'local',
    metadata: {},
    headers: {},
  },
  keyModels: null,
  hosts: { own_format: [], not_content: [], drops: [] },
}

it('reads what was recorded before requests had parts or choices, and before sessions knew of several', () => {
  expect(readAsked(JSON.stringify(OLD))).toMatchObject({
    shape: { choices: 1 },
    demand: { structure: { parallel: 1, depth: 1 } },
    session: OLD.session,
  })
  const collaboration = { pattern: 'panel', models: ['v/one', 'v/two'] }
  const session = { ...OLD.session, collaboration }
  expect(readAsked(JSON.stringify({ ...OLD, session }))?.session).toEqual(session)
})
