/** What must not be read by others, out of texts that are logged or passed on. The only place where that is done. */

const REDACTED = '[redacted]'

/** Known only by what they are: keys of this deployment and of its tenants. The newest are kept. */
const known = new Set<string>()
const MAX_KNOWN = 2_000
/** Shorter ones are placeholders of servers that want none, and would be found in any text. */
const MIN_KNOWN_CHARS = 8

/** Beyond this, texts are cut, in characters: what is logged is not worth more. */
const MAX_CHARS = 16_000
const MAX_DEPTH = 6
const MAX_ITEMS = 100

/** Has a secret left out of everything from now on, in this isolate, whatever it looks like. */
export function neverShow(secret: string): void {
  if (secret.length < MIN_KNOWN_CHARS) return
  known.delete(secret)
  known.add(secret)
  const oldest = known.values().next()
  if (known.size > MAX_KNOWN && !oldest.done) known.delete(oldest.value)
}

/**
 * Keys by their looks. Those of hosts and our own: a prefix, then characters with a digit or a mask's asterisk among them
 * (ids of our keys have a form of their own). Then AWS, Slack, GitHub, GitLab, Google, webhooks, tokens, private keys.
 */
const SHAPES = new RegExp(
  [
    /\b(?:AIza|(?:sk|rk|gsk|csk|xai|nvapi|pplx|tgp|fw|key(?!_0[0-9a-z]{25}\b)|r8|hf)[-_])(?=[\w*-]{0,200}[\d*])[\w*-]{8,}/,
    /\b(?:AKIA|ASIA|ABSK)[A-Za-z0-9+/=]{12,}/,
    /\bxox[a-z]-[\w-]{10,}/,
    /\b(?:gh[a-z]|github_pat|glpat)[-_]\w{16,}/,
    /\bya29\.[\w-]{20,}/,
    /\bwhsec_[A-Za-z0-9+/=]{16,}/,
    /\beyJ[\w-]{10,2000}\.[\w-]{4,4000}(?:\.[\w-]{0,2000})?/,
    /-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[^-]{0,8000}(?:-----END [A-Z ]{0,20}PRIVATE KEY-----)?/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)

/** What is said to be a secret: what stands before it stays. */
const INTRODUCED: readonly RegExp[] = [
  /(\b(?:Bearer|Basic)\s{1,8})(?=[^\s"',;]{0,200}\d)[^\s"',;]{8,}/gi,
  /(\b(?:x-api-key|x-goog-api-key|api[-_]?key|authorization)["']?\s{0,4}[:=]\s{0,4}["']?)(?=[^\s"',;&]{0,200}\d)[^\s"',;&]{8,}/gi,
  /(\b[a-z][a-z+.-]{1,20}:\/\/)[^\s/@:]{1,200}:[^\s/@]{1,200}(?=@)/gi,
]

/** A text without secrets: those that are known, and whatever looks like one. */
export function redact(text: string): string {
  const cut = text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text
  let shown = cut
  for (const secret of known) if (shown.includes(secret)) shown = shown.replaceAll(secret, REDACTED)
  for (const introduced of INTRODUCED) shown = shown.replace(introduced, `$1${REDACTED}`)
  return shown.replace(SHAPES, REDACTED)
}

/** Names of fields that hold secrets. */
const SECRET_NAME =
  /^(?:key|secret|token|password|authorization|cookie|credentials?|sealed)$|(?:api|private|access|secret)[-_]?key$|[-_](?:secret|token)$/i

/** Whether a field of this name holds a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name)
}

/** A value as it may be logged: plain data, no longer or deeper than anybody reads. */
export function redactValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redact(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MAX_DEPTH) return '…'
  if (value instanceof Error) return redactValue(partsOf(value), depth)
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => redactValue(item, depth + 1))
  const shown = Object.entries(value).map(([name, field]) => {
    const isSecret = typeof field === 'string' && isSecretName(name)
    return [name, isSecret ? REDACTED : redactValue(field, depth + 1)] as const
  })
  return Object.fromEntries(shown)
}

/** An error's stack repeats its message. */
function partsOf(error: Error): object {
  const { message, stack, cause } = error
  return { error: stack ?? message, ...(cause !== undefined && { cause }) }
}
