import { amazonModels } from './amazon.ts'
import { anthropicModels } from './anthropic.ts'
import { anthropicClaude4Models } from './anthropic-claude-4.ts'
import { anthropicClaude46Models } from './anthropic-claude-4-6.ts'
import { withCloudOffers } from './cloud-offers.ts'
import { cohereModels } from './cohere.ts'
import { deepseekModels } from './deepseek.ts'
import { gemmaModels } from './gemma.ts'
import { googleModels } from './google.ts'
import { googleGemini2Models } from './google-gemini-2.ts'
import { gptOssModels } from './gpt-oss.ts'
import { metaModels } from './meta.ts'
import { microsoftModels } from './microsoft.ts'
import { minimaxModels } from './minimax.ts'
import { mistralModels } from './mistral.ts'
import type { CatalogModel } from './model.ts'
import { moonshotModels } from './moonshot.ts'
import { nvidiaModels } from './nvidia.ts'
import { openaiModels } from './openai.ts'
import { openaiGpt4Models } from './openai-gpt-4.ts'
import { openaiGpt5Models } from './openai-gpt-5.ts'
import { openaiGpt54Models } from './openai-gpt-5-4.ts'
import { openaiGpt56Models } from './openai-gpt-5-6.ts'
import { qwenModels } from './qwen.ts'
import { qwen3Models } from './qwen-3.ts'
import { xaiModels } from './xai.ts'
import { zaiModels } from './zai.ts'

/**
 * Every model the router knows, grouped by vendor. Facts, scores and prices carry their own source;
 * ids and aliases are unambiguous over the whole list.
 */
export const CATALOG: readonly CatalogModel[] = withCloudOffers([
  ...openaiModels,
  ...openaiGpt56Models,
  ...openaiGpt54Models,
  ...openaiGpt5Models,
  ...openaiGpt4Models,
  ...gptOssModels,
  ...anthropicModels,
  ...anthropicClaude46Models,
  ...anthropicClaude4Models,
  ...googleModels,
  ...googleGemini2Models,
  ...gemmaModels,
  ...metaModels,
  ...mistralModels,
  ...deepseekModels,
  ...qwenModels,
  ...qwen3Models,
  ...xaiModels,
  ...moonshotModels,
  ...zaiModels,
  ...minimaxModels,
  ...nvidiaModels,
  ...amazonModels,
  ...cohereModels,
  ...microsoftModels,
])
