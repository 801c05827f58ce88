import { AdapterError, type AdapterErrorCode } from '../../src/contract/errors.ts';
import type { HttpManners } from '../../src/contract/http.ts';
import type { Envelope } from './wire.ts';

/** Refusals of the methods that are called, as their pages on docs.slack.dev list them. Any other word is BAD_RESPONSE. */
const codes: ReadonlyMap<string, AdapterErrorCode> = new Map([
  ...words('AUTH_FAILED', 'not_authed', 'invalid_auth', 'token_revoked', 'token_expired', 'account_inactive'),
  ...words('FORBIDDEN', 'missing_scope', 'no_permission', 'access_denied', 'not_allowed_token_type', 'team_access_not_granted', 'permission_denied'),
  ...words('FORBIDDEN', 'user_is_restricted', 'ekm_access_denied', 'enterprise_is_restricted', 'org_login_required', 'two_factor_setup_required'),
  ...words('NOT_FOUND', 'user_not_found', 'user_not_visible', 'users_not_found', 'no_such_subteam', 'team_not_found'),
  ...words('BAD_REQUEST', 'invalid_arguments', 'invalid_arg_name', 'invalid_array_arg', 'missing_argument', 'limit_required', 'invalid_limit'),
  ...words('BAD_REQUEST', 'invalid_form_data', 'invalid_post_type', 'missing_post_type', 'invalid_charset', 'invalid_json', 'json_not_object'),
  ...words('CURSOR_EXPIRED', 'invalid_cursor'),
  ...words('CONFLICT', 'name_already_exists', 'handle_already_exists'),
  ...words('RATE_LIMITED', 'ratelimited', 'rate_limited'),
  ...words('UNSUPPORTED', 'unknown_method', 'method_deprecated', 'deprecated_endpoint', 'plan_upgrade_required', 'paid_teams_only'),
  ...words('UNREACHABLE', 'fatal_error', 'internal_error', 'request_timeout', 'service_unavailable', 'team_added_to_org'),
]);

function words(code: AdapterErrorCode, ...errors: readonly string[]): (readonly [string, AdapterErrorCode])[] {
  return errors.map((error) => [error, code] as const);
}

/** `{"ok": false, "error": …}` as an error of ours. */
export function toRefusal(method: string, { error, needed }: Envelope): AdapterError {
  const code = (error === undefined ? undefined : codes.get(error)) ?? 'BAD_RESPONSE';
  // Text of the service is repeated only in the form of Slack's own words.
  const word = error !== undefined && /^[a-z0-9_]{1,64}$/.test(error) ? error : 'refused without a known reason';
  const missing = needed !== undefined && /^[a-z0-9_.:, -]{1,200}$/.test(needed) ? needed : undefined;
  const hint =
    word === 'missing_scope' && missing !== undefined
      ? `: the token lacks ${missing}; add it to the app and install the app again`
      : (hints.get(word) ?? '');
  return new AdapterError(code, `slack ${method}: ${word}${hint}`, missing === undefined || code !== 'FORBIDDEN' ? {} : { missing });
}

const badToken = ': Slack does not accept the token; check credentials.token';
const hints: ReadonlyMap<string, string> = new Map([
  ['not_authed', badToken],
  ['invalid_auth', badToken],
  ['token_revoked', ': the token was revoked; install the app again for a new one'],
  ['token_expired', ': the token has run out; get a new one'],
  ['account_inactive', ': the token belongs to a deactivated account or a removed app'],
  ['not_allowed_token_type', ': a bot token (xoxb-…) or user token (xoxp-…) is needed'],
  ['unknown_method', '; is the base address right?'],
]);

/** Slack answers 200 whatever happens, so another status comes from something in between, or from a wrong `baseUrl`. */
export function toStatusError(method: string, status: number): AdapterError {
  const code: AdapterErrorCode = status === 401 ? 'AUTH_FAILED' : status === 403 ? 'FORBIDDEN' : 'BAD_RESPONSE';
  return new AdapterError(code, `slack ${method}: HTTP status ${status}; is baseUrl the address of the Web API?`, { status });
}

/** A limited answer is a few dozen characters; a page of members is never parsed twice. */
const maxLimitedChars = 2_000;

/** https://docs.slack.dev/apis/web-api/rate-limits: 429 with `Retry-After` in seconds; seen with status 200 and no header too. */
export const limited: NonNullable<HttpManners['limited']> = ({ status, headers, text }) => {
  if (status !== 429 && !(status === 200 && text.length <= maxLimitedChars && saysRateLimited(text))) return undefined;
  return { retryAfterMs: toWaitMs(headers['retry-after']) };
};

function saysRateLimited(text: string): boolean {
  if (!text.includes('limited')) return false;
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null || !('ok' in body) || !('error' in body)) return false;
    return body.ok === false && typeof body.error === 'string' && codes.get(body.error) === 'RATE_LIMITED';
  } catch {
    return false;
  }
}

function toWaitMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\s*\d{1,9}(\.\d+)?\s*$/.test(header) ? Math.ceil(Number(header) * 1000) : undefined;
}
