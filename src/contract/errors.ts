/** Why a service could not answer. Closed list; the gateway turns it into an Issue or an error code of the API. */
export const adapterErrorCodes = [
  /** No connection, connection lost, TLS refused, or 5xx after the retries. */
  'UNREACHABLE',
  'TIMEOUT',
  /** `retryAfterMs` says when the service will listen again. */
  'RATE_LIMITED',
  /** The credential is missing, wrong, expired or revoked. */
  'AUTH_FAILED',
  /** The credential is good but lacks a right; `missing` names it. */
  'FORBIDDEN',
  'NOT_FOUND',
  'CONFLICT',
  /** The service refused our input. */
  'BAD_REQUEST',
  /** Not what the service's documentation promises: not JSON, a login page, too large, cut, a required field missing, another origin. */
  'BAD_RESPONSE',
  /** A page cursor is no longer accepted: this listing starts again. */
  'CURSOR_EXPIRED',
  'CIRCUIT_OPEN',
  /** The service has no such operation, or the customer's plan lacks it. */
  'UNSUPPORTED',
  /** A setting is wrong; the message names it and the next step. */
  'MISCONFIGURED',
  /** Too many calls wait already. */
  'OVERLOADED',
  'ABORTED',
] as const;
export type AdapterErrorCode = (typeof adapterErrorCodes)[number];

export interface AdapterErrorDetails {
  readonly retryAfterMs?: number;
  /** Name of the missing scope, permission or plan ability. */
  readonly missing?: string;
  readonly status?: number;
  /** For the log only; must hold no secret. */
  readonly cause?: unknown;
}

/** Messages carry no secret, no response body and no personal data: they may be shown to a reader. */
export class AdapterError extends Error {
  override readonly name = 'AdapterError';
  readonly code: AdapterErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly missing: string | undefined;
  readonly status: number | undefined;

  constructor(code: AdapterErrorCode, message: string, details: AdapterErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryAfterMs = details.retryAfterMs;
    this.missing = details.missing;
    this.status = details.status;
  }
}
