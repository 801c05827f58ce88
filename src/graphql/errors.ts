import { GraphQLError } from 'graphql';
import type { Instant } from '../contract/records.ts';
import type { Miss } from '../directory/live.ts';
import type { IssueCode } from '../model/issue.ts';

/** `extensions.code` of every error that leaves the server. Closed list. */
export const errorCodes = [
  'SERVICE_UNREACHABLE',
  'SERVICE_TIMEOUT',
  'SERVICE_RATE_LIMITED',
  'SERVICE_AUTH_FAILED',
  'SERVICE_BAD_RESPONSE',
  'SERVICE_CIRCUIT_OPEN',
  'SERVICE_UNSUPPORTED',
  'SERVICE_NEVER_SYNCED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'BAD_USER_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'QUERY_TOO_LONG',
  'QUERY_DEPTH',
  'QUERY_BREADTH',
  'QUERY_COMPLEXITY',
  'REQUEST_TOO_LARGE',
  'BATCHING_DISABLED',
  'RATE_LIMITED',
  'OPERATION_TIMEOUT',
  'OVERLOADED',
  'CONFLICT',
  'STORE_UNAVAILABLE',
  'READ_ONLY',
  'INTERNAL_SERVER_ERROR',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** An error that the caller may read as it is: the message says what is wrong and the next step, and holds nobody else's data. */
export function apiError(code: ErrorCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/** Why a service could not answer, as the error of a field that has nothing else to say. */
export function serviceError({ service, issue, asOf }: Miss, now: Instant): GraphQLError {
  const { retryAfter } = issue;
  return new GraphQLError(issue.message, {
    extensions: {
      code: serviceCodes[issue.code],
      service: { type: service.type, serviceId: service.serviceId },
      ...(retryAfter === undefined ? {} : { retryAfterSeconds: Math.max(0, Math.ceil((retryAfter - now) / 1000)) }),
      ...(asOf === undefined ? {} : { asOf: new Date(asOf).toISOString() }),
    },
  });
}

// The codes of errors are fewer than those of issues.
const serviceCodes: Readonly<Record<IssueCode, ErrorCode>> = {
  SERVICE_UNREACHABLE: 'SERVICE_UNREACHABLE',
  SERVICE_TIMEOUT: 'SERVICE_TIMEOUT',
  SERVICE_RATE_LIMITED: 'SERVICE_RATE_LIMITED',
  SERVICE_AUTH_FAILED: 'SERVICE_AUTH_FAILED',
  SERVICE_FORBIDDEN: 'SERVICE_AUTH_FAILED',
  SERVICE_BAD_RESPONSE: 'SERVICE_BAD_RESPONSE',
  SERVICE_CIRCUIT_OPEN: 'SERVICE_CIRCUIT_OPEN',
  SERVICE_UNSUPPORTED: 'SERVICE_UNSUPPORTED',
  SERVICE_MISCONFIGURED: 'SERVICE_AUTH_FAILED',
  SERVICE_QUARANTINED: 'SERVICE_BAD_RESPONSE',
  SERVICE_RECORDS_REJECTED: 'SERVICE_BAD_RESPONSE',
  SERVICE_NEVER_SYNCED: 'SERVICE_NEVER_SYNCED',
};

/** @param where the argument, as the caller wrote it: `filter.scope`. */
export function badInput(where: string, message: string): GraphQLError {
  return apiError('BAD_USER_INPUT', `${where}: ${message}`);
}
