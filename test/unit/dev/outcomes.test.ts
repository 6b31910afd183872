import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { EVAL_MODELS, evalRows, TELLING } from '../../eval-rows.ts'

const SCRIPT = resolve(import.meta.dirname, '../../../src/dev/train/outcomes.ts')

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-outcomes-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it(
  'trains on a file as the API does, and names the rows that it cannot read',
  { timeout: 60_000 },
  async () => {
    const rows = evalRows(240, TELLING).map((row) => JSON.stringify(row))
    const path = join(folder, 'rows.ndjson')
    await writeFile(path, ['{"my secret', ...rows, '{"prompt":"x","model":"auto","score":1}'].join('\n'))
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [SCRIPT, path])
    expect(JSON.parse(stdout)).toMatchObject({
      activated: true,
      used: { prompts: 240, models: expect.arrayContaining([...EVAL_MODELS]) },
      held_out: { current: { parameters: 'base' }, candidate: {} },
    })
    expect(stderr).toMatch(/^Row 1: The line is not valid JSON\nRow 722: /)
  },
)
