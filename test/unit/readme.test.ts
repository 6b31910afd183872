import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeChatRequest } from '../../src/protocols/openai-chat/decode-request.ts'
import { decodeConfig, formFaults, namesIn } from '../../src/protocols/tenant-config/decode-config.ts'
import { CATALOG } from '../../src/route/catalog/index.ts'
import { nameFaults } from '../../src/route/config-faults.ts'
import { prepareCatalog } from '../../src/route/prepared-catalog.ts'
import { selectModel } from '../../src/route/select.ts'

const catalog = prepareCatalog(CATALOG)

/** JSON that a README shows; its comments are for people. */
function blocks(file: string, kind: 'json' | 'jsonc'): unknown[] {
  const text = readFileSync(join(import.meta.dirname, '../..', file), 'utf8')
  const found = text.matchAll(new RegExp(`\`\`\`${kind}\\n(.*?)\`\`\``, 'gs'))
  return Array.from(found, ([, block = '']) => JSON.parse(block.replaceAll(/\s\/\/.*$/gm, '')))
}

describe.each(['README.md', 'README.zh-Hant.md'])('%s', (file) => {
  it('shows configurations that are taken', () => {
    const documents = blocks(file, 'json')
    expect(documents.length).toBeGreaterThan(0)
    for (const document of documents) {
      expect([...formFaults(document), ...nameFaults(namesIn(document), catalog)]).toEqual([])
      expect(decodeConfig(document).pools.size).toBeGreaterThan(0)
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
