import { describe, expect, it } from 'vitest'
import { CATALOG } from '../../../src/route/catalog/index.ts'
import { prepareCatalog } from '../../../src/route/prepared-catalog.ts'
import { isPlainAuto, selectModel, VIRTUAL_MODELS } from '../../../src/route/select.ts'
import { model } from './builders.ts'

const catalog = prepareCatalog([
  model('openai/gpt-5', { aliases: ['gpt-5-2025-08-07'] }),
  model('openai/shared'),
  model('meta/shared'),
  model('ollama/llama3:8b'),
  model('ollama/phi:best'),
  model('studio/openai/gpt-5'),
  model('Studio/Qwen-Coder'),
  model('meta/fusion'),
])

const select = (name: string) => selectModel(name, catalog, 'model')

describe('selectModel', () => {
  it.each([
    ['auto', null],
    ['switchyard/auto', null],
    ['Auto', null],
    ['auto:floor', 'price'],
    ['switchyard/auto:nitro', 'latency'],
    ['auto:best', 'quality'],
  ])('reads %s as any model', (name, ordering) => {
    expect(select(name)).toEqual({ kind: 'auto', ordering })
  })

  it('reads every virtual model it lists', () => {
    for (const name of VIRTUAL_MODELS) expect(select(name).kind).toBe('auto')
  })

  it.each([
    ['switchyard/cascade', { ordering: null, pattern: 'cascade' }],
    ['Switchyard/Panel:floor', { ordering: 'price', pattern: 'panel' }],
    ['switchyard/fusion:best', { ordering: 'quality', pattern: 'fusion' }],
  ])('reads %s as any models that work together', (name, asked) => {
    expect(select(name)).toEqual({ kind: 'auto', ...asked })
  })

  it('leaves the names of patterns to models where they stand alone', () => {
    expect(select('fusion')).toMatchObject({ kind: 'pinned', modelId: 'meta/fusion' })
  })

  it.each(['openai/gpt-5', 'OpenAI/GPT-5', 'gpt-5', 'gpt-5-2025-08-07', 'openai/gpt-5-2025-08-07'])(
    'reads %s as the model of that id, bare name or alias',
    (name) => expect(select(name)).toEqual({ kind: 'pinned', modelId: 'openai/gpt-5', ordering: null }),
  )

  it('reads an ordering after a model name', () => {
    expect(select('gpt-5:nitro')).toEqual({ kind: 'pinned', modelId: 'openai/gpt-5', ordering: 'latency' })
  })

  it.each(['ollama/llama3:8b', 'llama3:8b', 'LLAMA3:8B', 'ollama/llama3:8b:floor'])(
    'takes the colon of %s for a part of the name',
    (name) => expect(select(name)).toMatchObject({ modelId: 'ollama/llama3:8b' }),
  )

  it('knows a model whose own name ends like an ordering', () => {
    expect(select('ollama/phi:best')).toMatchObject({ modelId: 'ollama/phi:best' })
  })

  it('takes an id for its own model, also when another model has that bare name', () => {
    expect(select('openai/gpt-5')).toMatchObject({ modelId: 'openai/gpt-5' })
    expect(select('studio/openai/gpt-5')).toMatchObject({ modelId: 'studio/openai/gpt-5' })
  })

  it('keeps the case of the id it found', () => {
    expect(select('qwen-coder')).toMatchObject({ modelId: 'Studio/Qwen-Coder' })
  })

  it('refuses a bare name that several models have, and names them', () => {
    expect(() => select('shared')).toThrow(/ambiguous: use one of openai\/shared, meta\/shared/)
    expect(select('meta/shared')).toMatchObject({ modelId: 'meta/shared' })
  })

  it.each([
    'gpt-6',
    '',
    ':floor',
    'auto:cheap',
    'panel',
    'switchyard/panel:cheap',
    'switchyard/single',
    'autos',
    'openai/auto',
    'constructor',
    '__proto__',
    'toString',
  ])('refuses the unknown name %j', (name) => {
    expect(() => selectModel(name, catalog, 'models[0]')).toThrow(
      expect.objectContaining({ code: 'model_not_found', param: 'models[0]' }),
    )
  })

  it('finds every model of the real catalog by its id and by its aliases', () => {
    const real = prepareCatalog(CATALOG)
    for (const { id, aliases } of CATALOG) {
      for (const name of [id, id.toUpperCase(), ...aliases, `${id}:floor`]) {
        expect(selectModel(name, real, 'model')).toMatchObject({ kind: 'pinned', modelId: id })
      }
    }
  })

  it('says where a model of embeddings is asked', () => {
    expect(() => select('text-embedding-3-small')).toThrow(
      /'text-embedding-3-small' makes embeddings: ask \/v1\/embeddings/,
    )
  })
})

describe('isPlainAuto', () => {
  it('is what leaves everything open', () => {
    const open = ['auto', 'Switchyard/Auto', ...VIRTUAL_MODELS].filter(isPlainAuto)
    expect(open).toEqual(['auto', 'Switchyard/Auto', 'auto'])
  })
})
