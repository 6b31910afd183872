import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { NO_CONFIG } from '../../src/core/tenant-config.ts'
import { decodeChatRequest } from '../../src/protocols/openai-chat/decode-request.ts'
import { decodeConfig, formFaults, namesIn } from '../../src/protocols/tenant-config/decode-config.ts'
import { CATALOG } from '../../src/route/catalog/index.ts'
import { nameFaults } from '../../src/route/config-faults.ts'
import { prepareCatalog } from '../../src/route/prepared-catalog.ts'
import { selectModel } from '../../src/route/select.ts'

const catalog = prepareCatalog(CATALOG)

/** What a README shows in one language; comments in JSON are for people. */
function blocks(file: string, kind: 'json' | 'jsonc' | 'yaml'): unknown[] {
  const text = readFileSync(join(import.meta.dirname, '../..', file), 'utf8')
  const found = text.matchAll(new RegExp(`\`\`\`${kind}\\n(.*?)\`\`\``, 'gs'))
  return Array.from(found, ([, block = '']) =>
    kind === 'yaml' ? load(block) : JSON.parse(block.replaceAll(/\s\/\/.*$/gm, '')),
  )
}

describe.each(['README.md', 'README.zh-Hant.md'])('%s', (file) => {
  it('shows configurations that are taken', () => {
    const documents = [...blocks(file, 'json'), ...blocks(file, 'yaml')]
    expect(documents.length).toBeGreaterThan(5)
    for (const document of documents) {
      expect([...formFaults(document), ...nameFaults(namesIn(document), catalog)]).toEqual([])
      expect(decodeConfig(document)).not.toEqual(NO_CONFIG)
    }
  })

  it('shows requests that are understood, with models that exist', () => {
    const requests = blocks(file, 'jsonc')
    expect(requests.length).toBeGreaterThan(1)
    for (const request of requests) {
      const { routing, chat } = decodeChatRequest(request, new Headers())
      const { contextWindow, contentPolicy } = routing.fallbacksFor
      for (const name of [routing.model, ...routing.models, ...contextWindow, ...contentPolicy]) {
        expect(selectModel(name, catalog, 'model')).toBeDefined()
      }
      expect(Object.keys(chat.native?.body ?? {}).toSorted()).toEqual([])
    }
  })
})
