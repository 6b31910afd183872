import type { CatalogModel, Offer } from './model.ts'

type CloudNames = { bedrock: string; vertex: string }

/** A model that both clouds name alike, apart from Bedrock's profile for all regions. */
const alike = (name: string): CloudNames => ({ bedrock: `global.anthropic.${name}`, vertex: name })

/** Claude's names at Amazon Bedrock (inference profiles that span all regions) and at Google Vertex AI. */
const CLAUDE: Readonly<Record<string, CloudNames>> = {
  'anthropic/claude-opus-5.5': alike('claude-opus-5-5'),
  'anthropic/claude-sonnet-5.5': alike('claude-sonnet-5-5'),
  'anthropic/claude-haiku-5.5': alike('claude-haiku-5-5'),
  'anthropic/claude-fable-5': alike('claude-fable-5'),
  'anthropic/claude-opus-5': alike('claude-opus-5'),
  'anthropic/claude-sonnet-5': alike('claude-sonnet-5'),
  'anthropic/claude-opus-4.8': alike('claude-opus-4-8'),
  'anthropic/claude-opus-4.7': alike('claude-opus-4-7'),
  'anthropic/claude-opus-4.6': {
    bedrock: 'global.anthropic.claude-opus-4-6-v1',
    vertex: 'claude-opus-4-6',
  },
  'anthropic/claude-sonnet-4.6': alike('claude-sonnet-4-6'),
  'anthropic/claude-opus-4.5': {
    bedrock: 'global.anthropic.claude-opus-4-5-20251101-v1:0',
    vertex: 'claude-opus-4-5@20251101',
  },
  'anthropic/claude-sonnet-4.5': {
    bedrock: 'global.anthropic.claude-sonnet-4-5-20250929-v1:0',
    vertex: 'claude-sonnet-4-5@20250929',
  },
  'anthropic/claude-haiku-4.5': {
    bedrock: 'global.anthropic.claude-haiku-4-5-20251001-v1:0',
    vertex: 'claude-haiku-4-5@20251001',
  },
}

/**
 * The models with what clouds sell of them: Claude at Bedrock and Vertex AI, OpenAI's models at Azure, where a
 * deployment is expected to bear its model's name. The clouds charge their makers' prices where a request may be
 * served in any region (a tenth more where it may not), so an offer of theirs is the maker's own under another name;
 * how fast they are is not known.
 */
export function withCloudOffers(models: readonly CatalogModel[]): readonly CatalogModel[] {
  return models.map((model) => {
    const offers = model.offers.flatMap((offer) => cloudOffers(model.id, offer))
    return offers.length === 0 ? model : { ...model, offers: [...model.offers, ...offers] }
  })
}

function cloudOffers(modelId: string, { speed: _speed, ...own }: Offer): Offer[] {
  if (own.host === 'openai') return [{ ...own, host: 'azure' }]
  const names = own.host === 'anthropic' ? CLAUDE[modelId] : undefined
  return names ? Object.entries(names).map(([host, hostModelId]) => ({ ...own, host, hostModelId })) : []
}
