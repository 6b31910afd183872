import { DurableObject } from 'cloudflare:workers'
import { piecesOf } from '../core/pieces.ts'

/** How long a response is kept, as at OpenAI. */
const RESPONSE_TTL_MS = 30 * 24 * 60 * 60 * 1_000

/** What is kept of a response, each as JSON text. */
export type KeptResponse = {
  /** The Response object, as it was answered. */
  body: string
  /** The request's own input items. */
  input: string
  /** The items before them: of all the responses this one continues. */
  context: string
}

type PieceName = keyof KeptResponse | 'job'

/**
 * One response of one tenant, kept for those who ask for it again or continue it, for 30 days. A response that is made
 * in the background also keeps its request until it is done.
 */
export class ResponseObject extends DurableObject {
  private readonly sql = this.ctx.storage.sql

  /** @param now Unix ms */
  async keep(response: KeptResponse, now: number): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      this.write('body', response.body)
      this.write('input', response.input)
      this.write('context', response.context)
    })
    await this.ctx.storage.setAlarm(now + RESPONSE_TTL_MS)
  }

  /** Null for a response that was never kept, or is kept no more. */
  read(): KeptResponse | null {
    const body = this.text('body')
    return body === '' ? null : { body, input: this.text('input'), context: this.text('context') }
  }

  /** Keeps a request that is to be answered in the background. */
  async begin(response: KeptResponse, job: string, now: number): Promise<void> {
    this.write('job', job)
    await this.keep(response, now)
  }

  /** The request to be answered; null once it was answered, cancelled or deleted. */
  job(): string | null {
    return this.text('job') || null
  }

  /** Replaces the Response object while its request is still to be answered; `done` when it is answered now. */
  progress(body: string, done: boolean): void {
    if (this.job() === null) return
    this.write('body', body)
    if (done) this.write('job', '')
  }

  async forget(): Promise<void> {
    await this.ctx.storage.deleteAll()
  }

  override async alarm(): Promise<void> {
    await this.forget()
  }

  private write(name: PieceName, text: string): void {
    this.sql.exec(
      'create table if not exists pieces (name text, number integer, text text, primary key (name, number))',
    )
    this.sql.exec('delete from pieces where name = ?', name)
    for (const [number, piece] of piecesOf(text).entries()) {
      this.sql.exec('insert into pieces values (?, ?, ?)', name, number, piece)
    }
  }

  /** Empty where nothing was ever kept: asking leaves no trace. */
  private text(name: PieceName): string {
    const tables = this.sql.exec("select 1 from sqlite_master where name = 'pieces'").toArray()
    if (tables.length === 0) return ''
    const rows = this.sql.exec<{ text: string }>(
      'select text from pieces where name = ? order by number',
      name,
    )
    return rows.toArray().reduce((whole, { text }) => whole + text, '')
  }
}
