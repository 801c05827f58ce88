import type { AdapterError, AdapterErrorCode } from '../contract/errors.ts';
import type { Instant } from '../contract/records.ts';

/** Codes that a reader of the API may meet for a service's failure. */
export const issueCodes = [
  'SERVICE_UNREACHABLE',
  'SERVICE_TIMEOUT',
  'SERVICE_RATE_LIMITED',
  'SERVICE_AUTH_FAILED',
  'SERVICE_FORBIDDEN',
  'SERVICE_BAD_RESPONSE',
  'SERVICE_CIRCUIT_OPEN',
  'SERVICE_UNSUPPORTED',
  'SERVICE_MISCONFIGURED',
  'SERVICE_QUARANTINED',
  'SERVICE_RECORDS_REJECTED',
  'SERVICE_NEVER_SYNCED',
] as const;
export type IssueCode = (typeof issueCodes)[number];

/** Why a service could not answer, or not fully, as data: no secret, no response body, no personal data. */
export interface Issue {
  readonly code: IssueCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfter?: Instant;
  /** What of the service is concerned, such as the name of a listing. */
  readonly path?: readonly string[];
}

const codes: Record<AdapterErrorCode, { readonly code: IssueCode; readonly retryable: boolean }> = {
  UNREACHABLE: { code: 'SERVICE_UNREACHABLE', retryable: true },
  TIMEOUT: { code: 'SERVICE_TIMEOUT', retryable: true },
  RATE_LIMITED: { code: 'SERVICE_RATE_LIMITED', retryable: true },
  AUTH_FAILED: { code: 'SERVICE_AUTH_FAILED', retryable: false },
  FORBIDDEN: { code: 'SERVICE_FORBIDDEN', retryable: false },
  NOT_FOUND: { code: 'SERVICE_BAD_RESPONSE', retryable: false },
  CONFLICT: { code: 'SERVICE_BAD_RESPONSE', retryable: true },
  BAD_REQUEST: { code: 'SERVICE_BAD_RESPONSE', retryable: false },
  BAD_RESPONSE: { code: 'SERVICE_BAD_RESPONSE', retryable: true },
  CURSOR_EXPIRED: { code: 'SERVICE_BAD_RESPONSE', retryable: true },
  CIRCUIT_OPEN: { code: 'SERVICE_CIRCUIT_OPEN', retryable: true },
  UNSUPPORTED: { code: 'SERVICE_UNSUPPORTED', retryable: false },
  MISCONFIGURED: { code: 'SERVICE_MISCONFIGURED', retryable: false },
  OVERLOADED: { code: 'SERVICE_TIMEOUT', retryable: true },
  ABORTED: { code: 'SERVICE_TIMEOUT', retryable: true },
};

/** @param error or the plain data of one. */
export function toIssue(error: Pick<AdapterError, 'code' | 'message' | 'retryAfterMs'>, now: Instant, path?: readonly string[]): Issue {
  return {
    ...codes[error.code],
    message: error.message,
    ...(error.retryAfterMs === undefined ? {} : { retryAfter: now + error.retryAfterMs }),
    ...(path === undefined ? {} : { path }),
  };
}
