import { redactValue } from './redact.ts'

type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Writes a line to the log, without secrets. `message`: what happened, in the same words each time. */
export function log(level: LogLevel, fields: Readonly<Record<string, unknown>> & { message: string }): void {
  console[level](redactValue(fields))
}
