import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type LocalSwitchyard, startLocalSwitchyard } from '../../src/dev/local-switchyard.ts'
import { findChromium, launchChromium } from './chromium.ts'

const chromiumPath = await findChromium()

const START_MS = 120_000
/** How long anything on the page may take; a decision reaches the history within a few seconds. */
const PATIENCE_MS = 20_000

describe.skipIf(chromiumPath === null)('the dashboard', { timeout: 60_000 }, () => {
  let switchyard: LocalSwitchyard
  let browser: Browser
  let folder: string
  let opened: Page[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-browser-'))
    switchyard = await startLocalSwitchyard({ port: 0, persistTo: folder, timeScale: 0, showLog: false })
    browser = await launchChromium(chromiumPath ?? '')
  }, START_MS)

  afterAll(async () => {
    await browser?.close()
    await switchyard?.stop()
    await rm(folder, { recursive: true, force: true })
  }, START_MS)

  beforeEach(async () => {
    await fetch(`${switchyard.hosts.url}/_control/faults`, { method: 'DELETE' })
  })

  afterEach(async () => {
    await Promise.all(opened.map((page) => page.context().close()))
    opened = []
  })

  /** The page in a browser of its own, and whatever goes wrong there: errors, policy violations, foreign requests. */
  async function open(options: { locale?: string; width?: number; savedKey?: string; path?: string } = {}) {
    const { locale = 'en-GB', width = 1280, savedKey, path = '/' } = options
    const context = await browser.newContext({ locale, viewport: { width, height: 900 } })
    const page = await context.newPage()
    opened.push(page)
    page.setDefaultTimeout(PATIENCE_MS)
    const problems: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text())
    })
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('dialog', (dialog) => {
      problems.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== switchyard.url) problems.push(`foreign: ${request.url()}`)
    })
    if (savedKey !== undefined) {
      await page.addInitScript(`sessionStorage.setItem('switchyard-key', ${JSON.stringify(savedKey)})`)
    }
    await page.goto(`${switchyard.url}${path}`)
    return { page, problems }
  }

  it('lists the hosts and plainly calls simulated ones simulated', async () => {
    const { page, problems } = await open()
    const group = page.locator('.host-group[data-state="simulated"]')
    await group.waitFor()
    const simulated = switchyard.hostStates.filter(({ state }) => state === 'simulated').map(({ id }) => id)
    expect(await group.locator('.host-state').textContent()).toBe(`${simulated.length} simulated`)
    expect(await group.getByRole('listitem').allTextContents()).toEqual(simulated)
    expect(await page.getByText('no model is called and nothing is paid').isVisible()).toBe(true)
    await page.getByText('No decisions yet').or(page.locator('#logs table')).first().waitFor()
    await page.locator('#model option[value="openai/gpt-5"]').waitFor({ state: 'attached' })
    expect(problems).toEqual([])
  })

  it('is served with a strict content security policy', async () => {
    const { headers } = await fetch(`${switchyard.url}/`)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  })

  it('says so when the key is wrong, and works again with the right one', async () => {
    const { page } = await open({ savedKey: 'sk-switchyard-wrong' })
    const trouble = page.locator('#key-error')
    await trouble.getByText('This API key is not accepted').waitFor()
    await page.getByRole('button', { name: 'Explain' }).click()
    await page.locator('#ask-error').getByText('This API key is not accepted').waitFor()
    await page.getByLabel('API key').fill('sk-switchyard-dev')
    await page.getByRole('button', { name: 'Use' }).click()
    await page.getByText(/^As of /).waitFor()
    expect(await trouble.textContent()).toBe('')
    await explain(page, 'What is 17 * 23?')
    expect(await page.locator('#ask-error').textContent()).toBe('')
  })

  it('keeps the key in the tab, nowhere else', async () => {
    const { page } = await open()
    await page.getByLabel('API key').fill('sk-typed')
    await page.getByRole('button', { name: 'Use' }).click()
    expect(await page.evaluate('JSON.stringify(localStorage) + document.cookie')).not.toContain('sk-typed')
    expect(await page.evaluate('JSON.stringify(sessionStorage)')).toContain('sk-typed')
  })

  it('says when to come back after too many requests', async () => {
    const { page } = await open()
    const body = JSON.stringify({ error: { message: 'Too many requests with this key' } })
    await page.route('**/v1/route', (route) =>
      route.fulfill({ status: 429, headers: { 'retry-after': '42' }, contentType: 'application/json', body }),
    )
    await page.getByRole('button', { name: 'Explain' }).click()
    await page.locator('#ask-error').getByText('Try again in 42 s').waitFor()
  })

  it('explains a decision without calling anybody', async () => {
    const { page, problems } = await open()
    const before = switchyard.hosts.calls().length
    await explain(page, 'Prove that there are infinitely many primes.')
    const decision = page.locator('#decision article')
    const facts = await decision.locator('.facts').innerText()
    for (const name of ['Task', 'Tier', 'Language', 'Difficulty', 'Confidence', 'Expected cost']) {
      expect(facts).toContain(name)
    }
    expect(facts).toContain('English')
    expect(await decision.locator('.candidates tbody tr').count()).toBe(12)
    const chosen = decision.locator('.candidates .chosen .model')
    expect(await chosen.textContent()).toBe(await decision.locator('.chosen-model').textContent())
    await page.getByText('Nobody was called.').waitFor()
    expect(switchyard.hosts.calls().length).toBe(before)
    expect(problems).toEqual([])
  })

  it('groups the excluded candidates by reason', async () => {
    const { page, problems } = await open()
    await page.locator('#model option[value="openai/gpt-5"]').waitFor({ state: 'attached' })
    await page.getByLabel('Model', { exact: true }).selectOption('openai/gpt-5')
    await explain(page, 'Hello')
    const excluded = page.locator('#decision .excluded')
    await excluded.locator('summary').first().click()
    await excluded.getByText('another model was named').waitFor()
    expect(await page.locator('.headline').innerText()).toContain('pinned_by_request')
    expect(problems).toEqual([])
  })

  it('sends how much cost counts, to auto only', async () => {
    const { page } = await open()
    const slider = page.getByRole('slider')
    await slider.fill('0')
    const asked = page.waitForRequest('**/v1/route')
    await explain(page, 'Hello')
    expect((await asked).postDataJSON()).toMatchObject({
      model: 'auto',
      plugins: [{ id: 'auto-router', cost_quality_tradeoff: 0 }],
    })
    await page.getByLabel('Model', { exact: true }).selectOption('auto:floor')
    expect(await slider.isDisabled()).toBe(true)
  })

  it('streams an answer, records the decision and opens its details', async () => {
    const { page, problems } = await open()
    const id = await send(page, 'What is 17 * 23?')
    const answer = page.locator('#answer')
    expect(await answer.textContent()).toContain('[simulated')
    expect(await answer.textContent()).toContain('391')
    const row = page.locator(`[data-log="${id}"]`)
    await row.waitFor()
    expect(await row.innerText()).toContain('answered')
    await page.locator('#usage tbody tr').first().waitFor()
    const live = page.locator('#live tbody tr').first()
    await live.locator('[data-breaker="closed"]').waitFor()
    expect(await live.locator('.model').textContent()).toContain('/')
    await row.getByRole('button').click()
    const details = page.getByRole('dialog')
    await details.locator('article').waitFor()
    expect(await details.innerText()).toContain(id)
    expect(await details.getByRole('heading', { name: 'Attempts' }).isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    await details.waitFor({ state: 'hidden' })
    expect(problems).toEqual([])
  })

  it('stops in the middle of an answer and stays usable', async () => {
    const { page, problems } = await open()
    await fetch(`${switchyard.hosts.url}/_control/faults`, {
      method: 'POST',
      body: JSON.stringify({ kind: 'stall', afterChunks: 8, times: 1 }),
    })
    await page.getByLabel('Model', { exact: true }).selectOption('openai/gpt-4.1')
    await page.getByLabel('Your request').fill('Tell me about railways.')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.locator('#answer').getByText('[sim').waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Stopped. What had arrived is kept.').waitFor()
    expect(await page.locator('#answer').textContent()).toContain('[sim')
    await send(page, 'What is 17 * 23?')
    expect(await page.locator('#answer').textContent()).toContain('391')
    expect(problems).toEqual([])
  })

  it('shows why nobody answered', async () => {
    const { page } = await open()
    await fetch(`${switchyard.hosts.url}/_control/faults`, {
      method: 'POST',
      body: JSON.stringify({ kind: 'status', status: 400, message: 'no such parameter', rate: 1 }),
    })
    await page.getByRole('button', { name: 'Send' }).click()
    await page.locator('#ask-error').getByText('(400)').waitFor()
    await page.locator('#decision article').waitFor()
  })

  it('shows markup in a prompt as text', async () => {
    const { page, problems } = await open()
    const prompt = '<img src=x onerror=alert(1)><b>bold</b>'
    await send(page, prompt)
    expect(await page.locator('#asked').textContent()).toBe(prompt)
    expect(await page.locator('main img, main b').count()).toBe(0)
    expect(problems).toEqual([])
  })

  it('speaks Traditional Chinese: by choice, and to those whose browser does', async () => {
    const { page, problems } = await open()
    await explain(page, 'What is 17 * 23?')
    await page.getByRole('button', { name: '中文' }).click()
    await page.getByRole('heading', { name: '試送一個請求' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-Hant')
    expect(await page.locator('#decision .facts').innerText()).toContain('難度')
    expect(await page.locator('.host-group .host-state').first().textContent()).toContain('模擬')
    await page.reload()
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('heading', { name: 'Try a request' }).waitFor()
    expect(problems).toEqual([])

    const chinese = await open({ locale: 'zh-TW' })
    await chinese.page.getByRole('heading', { name: '執行紀錄' }).waitFor()
    await chinese.page.getByRole('heading', { name: '即時路由表' }).waitFor()
  })

  it('fits a telephone', async () => {
    const { page, problems } = await open({ width: 360 })
    await send(page, 'What is 17 * 23?')
    await page.locator('#logs table').waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    expect(problems).toEqual([])
  })

  it('has a page that shows the API, where an address opens one call', async () => {
    const { page, problems } = await open({ path: '/docs#createFeedback', width: 360 })
    const call = page.locator('#createFeedback')
    await call.getByRole('heading', { name: 'Body' }).waitFor()
    expect(await call.locator('summary').innerText()).toContain('scope inference')
    expect(await call.locator('pre').first().innerText()).toContain('"verdict"')
    expect(await page.locator('#getHealth').innerText()).toContain('no key')
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    expect(problems).toEqual([])
  })
})

async function explain(page: Page, prompt: string): Promise<void> {
  await page.getByLabel('Your request').fill(prompt)
  await page.getByRole('button', { name: 'Explain' }).click()
  await page.locator('#decision article').waitFor()
}

/** Sends a prompt and returns its decision's id once it is answered. */
async function send(page: Page, prompt: string): Promise<string> {
  await page.getByLabel('Your request').fill(prompt)
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText(/^Answered by /).waitFor()
  return (await page.locator('#decision article').getAttribute('data-decision')) ?? ''
}
