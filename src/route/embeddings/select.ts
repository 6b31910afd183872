import { AppError } from '../../core/errors.ts'
import { EMBEDDING_CATALOG } from './catalog.ts'
import type { EmbeddingModel } from './model.ts'

/**
 * What `auto` stands for: always this one. To choose anew for each request, as for chat, would mix vectors that
 * cannot be compared.
 */
const DEFAULT_EMBEDDING_MODEL = 'openai/text-embedding-3-small'

/** Lower-case id, bare name and alias, each with and without vendor → the model; no name means two of them. */
const byName: ReadonlyMap<string, EmbeddingModel> = new Map(
  EMBEDDING_CATALOG.flatMap((model) => {
    const [vendor = '', name = ''] = model.id.split('/')
    const names = [name, ...model.aliases]
    return [...names, ...names.map((one) => `${vendor}/${one}`)].map(
      (one) => [one.toLowerCase(), model] as const,
    )
  }),
)

/** The embedding model that is called so by id, bare name or alias; case does not matter. Null when none is. */
export function embeddingModelCalled(name: string): EmbeddingModel | null {
  return byName.get(name.toLowerCase()) ?? null
}

/**
 * The embedding model that a request names; `auto` is the default one.
 *
 * @throws AppError `model_not_found` when no model is called so
 */
export function selectEmbeddingModel(name: string): EmbeddingModel {
  const isAuto = /^(?:switchyard\/)?auto$/i.test(name)
  const model = embeddingModelCalled(isAuto ? DEFAULT_EMBEDDING_MODEL : name)
  if (model) return model
  throw new AppError('model_not_found', `The embedding model '${name}' does not exist`, { param: 'model' })
}
