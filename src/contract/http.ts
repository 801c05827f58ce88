/**
 * The only way out that an adapter is given. It is bound to the configured base address: it refuses every other origin, follows no redirect,
 * and keeps deadlines, decoded-size limits, retries, breaker, concurrency and rate limits outside the adapter.
 */
export interface Http {
  /**
   * @returns the answer, whatever its status, except those that the transport settles itself.
   * @throws AdapterError UNREACHABLE (no connection, or 5xx after the retries), TIMEOUT, RATE_LIMITED (with `retryAfterMs`), CIRCUIT_OPEN, OVERLOADED,
   *   BAD_RESPONSE (redirect, too large, cut, undecodable), ABORTED.
   */
  request(request: HttpRequest): Promise<HttpResponse>;
}

export interface HttpRequest {
  /** Default GET. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base address, without a leading slash: `users/U1`. Encode each variable part with encodeURIComponent. */
  readonly path: string;
  /** Entries with the value undefined are left out; an array repeats the name. */
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: HttpBody;
  readonly signal: AbortSignal;
  /** True when repeating the call changes nothing: GET is, others only by this word. */
  readonly repeatable?: boolean;
  /** Largest decoded body accepted. Default 32 MiB. */
  readonly maxBytes?: number;
}

export type HttpBody = { readonly json: unknown } | { readonly form: Readonly<Record<string, string>> };

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** The decoded body. */
  readonly text: string;
  /**
   * The body as JSON: media type json or absent, valid UTF-8, no unsafe integers left unseen (they read as strings).
   * @throws AdapterError BAD_RESPONSE
   */
  json(): unknown;
}

/** How one kind of service speaks of its limits; the transport asks it about every answer before the adapter sees it. */
export interface HttpManners {
  /**
   * Whether this answer means "too many requests", and when the service will listen again (`undefined`: it did not say).
   * Default: status 429, `Retry-After` as seconds or date, else `X-RateLimit-Reset` / `RateLimit-Reset`.
   */
  limited?(response: HttpResponse): { readonly retryAfterMs: number | undefined } | undefined;
  /** Wait when the service refused for its limits without saying how long. Default 60 s. */
  readonly limitedWaitMs?: number;
  /** Calls at once. Default 8. */
  readonly concurrency?: number;
  /** Steady rate that the service allows, over which calls queue. Default: none. */
  readonly rate?: { readonly calls: number; readonly perMs: number };
}
