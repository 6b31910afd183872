/** The request that is to be signed, as it will be sent: a POST of `body`. */
type Unsigned = { url: string; body: string }

/** The world as a signer sees it; `signal` aborts when the call does. */
export type SignerIo = { fetch: typeof fetch; now: () => number; signal: AbortSignal }

/** Says to a host who calls, in headers made for one request. */
export type Signer = {
  /** Everything nobody may read: it is blacked out of what a host says. More may come as tokens are fetched. */
  secrets(): readonly string[]
  /** @throws AppError `provider_auth` when what it has is refused */
  sign(request: Unsigned, io: SignerIo): Promise<Readonly<Record<string, string>>>
}

/** What proves to a host who calls: a key in the place its wire format has for one, or a proof made per request. */
export type Credentials = { apiKey: string } | { signer: Signer }

/**
 * How a cloud is reached: what stands in the gaps of its host's address, or an address in its stead, and who calls.
 */
export type CloudAccess = { place: Readonly<Record<string, string>>; baseUrl?: string; signer: Signer }

/**
 * The headers that prove who calls.
 *
 * @param placeKey the wire format's place for a key
 * @throws AppError `provider_auth` when what we have is refused before the host is asked
 */
export async function authorizationFor(
  credentials: Credentials,
  placeKey: (apiKey: string) => Readonly<Record<string, string>>,
  request: Unsigned,
  io: SignerIo,
): Promise<Readonly<Record<string, string>>> {
  return 'signer' in credentials ? credentials.signer.sign(request, io) : placeKey(credentials.apiKey)
}

/** Hosts quote the key they refuse. Very short ones are placeholders of servers that want none. */
export function hideSecrets(words: string, credentials: Credentials): string {
  const secrets = 'signer' in credentials ? credentials.signer.secrets() : [credentials.apiKey]
  return secrets
    .filter(({ length }) => length >= 8)
    .reduce((text, secret) => text.replaceAll(secret, '[redacted]'), words)
}

/** A key in a header of the host's own; `scheme` stands before it, e.g. `Bearer `. */
export function keyInHeader(header: string, key: string, scheme = ''): Signer {
  return {
    secrets: () => [key],
    sign: async () => ({ [header]: `${scheme}${key}` }),
  }
}
