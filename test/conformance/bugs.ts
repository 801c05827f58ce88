import { AdapterError } from '../../src/contract/errors.ts';
import {
  levelWithoutUnknown,
  live,
  onAnswers,
  onIdentities,
  onListings,
  onPages,
  onRecords,
  renewing,
  swallow,
  withText,
  type Bug,
} from './bug-kit.ts';
import { findSubject } from './subject.ts';

/** Control: what the unshared renewal is the bugged version of. */
export const soundRenewal: Bug = { name: 'a shared renewal', type: 'slack', caughtBy: 'P8 shared refresh', http: renewing(true) };

export const bugs: readonly Bug[] = [
  {
    name: 'drops the second page',
    type: 'slack',
    caughtBy: 'T1 whole read',
    adapter: onPages((page, _listing, cursor) => (cursor === null ? page : { ...page, records: [] }), 'users'),
  },
  {
    name: 'gives a page twice',
    type: 'slack',
    caughtBy: 'T1 whole read',
    adapter: onPages((page) => ({ ...page, records: [...page.records, ...page.records] }), 'users'),
  },
  {
    name: 'stops at a short page',
    type: 'slack',
    caughtBy: 'P11 short page',
    adapter: onPages((page, _listing, cursor) => {
      const people = page.records.filter(({ kind }) => kind === 'identity').length;
      return cursor === null && people < 5 ? { ...page, next: null } : page;
    }, 'users'),
  },
  {
    name: 'gives a cursor that does not move',
    type: 'slack',
    caughtBy: 'T1 whole read',
    adapter: onPages((page, _listing, cursor) => ({ ...page, next: page.next === null ? null : (cursor ?? page.next) }), 'users'),
  },
  {
    name: 'forgets the members of groups',
    type: 'pagerduty',
    caughtBy: 'T1 whole read',
    adapter: onPages((page) => ({ ...page, records: page.records.filter(({ kind }) => kind !== 'membership') })),
  },
  {
    name: 'takes the address for the id',
    type: 'slack',
    caughtBy: 'T1 whole read',
    adapter: onIdentities((identity) => ({ ...identity, externalId: identity.emails[0]?.address ?? identity.externalId })),
  },
  {
    name: 'writes empty text for what it does not know',
    type: 'slack',
    caughtBy: 'T2 record rules',
    adapter: onIdentities((identity) => ({ ...identity, username: '' })),
  },
  {
    name: 'holds roles that it never lists',
    type: 'sym',
    caughtBy: 'T2 record rules',
    adapter: onPages((page) => ({ ...page, records: page.records.filter(({ kind }) => kind !== 'role') })),
  },
  {
    name: 'answers getIdentities by position',
    type: 'slack',
    caughtBy: 'L1 by id',
    adapter: (adapter) => live(adapter, (found, ids) => new Map([...found.values()].map((value, index) => [ids[index + 1] ?? '', value]))),
  },
  {
    name: 'invents who is unknown',
    type: 'slack',
    caughtBy: 'L1 by id',
    adapter: (adapter) =>
      live(adapter, (found, ids) => {
        const [first] = found.values();
        return first ? new Map(ids.map((id) => [id, found.get(id) ?? first])) : found;
      }),
  },
  {
    name: 'believes whatever account the answer holds',
    type: 'pagerduty',
    caughtBy: 'L2 by id, mixed up',
    http: onAnswers((response, request) => {
      const id = /^users\/([^/]+)$/.exec(request.path)?.[1];
      return id === undefined || response.status !== 200
        ? response
        : withText(response, response.text.replace(/"id":"[^"]+"/, `"id":"${decodeURIComponent(id)}"`));
    }),
  },
  {
    name: 'reads a failed look-up as "not found"',
    type: 'slack',
    caughtBy: 'L3 by id, refused',
    adapter: (adapter) => ({ ...adapter, getIdentities: (ids, signal) => adapter.getIdentities(ids, signal).catch(() => new Map()) }),
  },
  {
    name: 'finds whoever the service names for an address',
    type: 'pagerduty',
    caughtBy: 'L4 by address',
    adapter: (adapter) => ({
      ...adapter,
      findByEmail: async (_address, signal) => [...(await adapter.getIdentities(['unknown'], signal)).values()],
    }),
  },
  { name: 'reads an outage as the end of the list', type: 'pagerduty', caughtBy: 'P5 503', adapter: swallow('UNREACHABLE') },
  { name: 'reads a missing right as an empty list', type: 'sym', caughtBy: 'P9 403', adapter: swallow('FORBIDDEN') },
  { name: 'reads 404 as everybody gone', type: 'slack', caughtBy: 'X1 404', adapter: swallow('NOT_FOUND', 'BAD_RESPONSE') },
  { name: 'reads a login page as an empty list', type: 'sym', caughtBy: 'P19 login page', adapter: swallow('BAD_RESPONSE') },
  {
    name: 'puts the token into its messages',
    type: 'slack',
    caughtBy: 'P8 401',
    adapter: onListings((read) => async (cursor, signal) => {
      try {
        return await read(cursor, signal);
      } catch (error) {
        throw error instanceof AdapterError ? new AdapterError(error.code, `${error.message} (xoxb-sandbox)`, { cause: findToken() }) : error;
      }
    }),
  },
  {
    name: 'repeats the body of a refusal',
    type: 'pagerduty',
    caughtBy: 'P8 401 HTML',
    http: onAnswers((response) => {
      if (response.status === 401) throw new AdapterError('AUTH_FAILED', `refused: ${response.text}`);
      return response;
    }),
  },
  {
    name: 'throws plain errors',
    type: 'sym',
    caughtBy: 'P9 bare 403',
    http: onAnswers((response) => {
      if (response.status === 403) throw new Error('forbidden');
      return response;
    }),
  },
  {
    name: 'keeps the whole answer as raw, a token with it',
    type: 'slack',
    caughtBy: 'P17 unknown fields',
    adapter: (adapter) => adapter,
    http: onAnswers((response) =>
      response.text.includes('"members"') ? withText(response, response.text.replaceAll(/"access_token":"([^"]+)"/g, '"name":"$1"')) : response,
    ),
  },
  {
    name: 'asks again before the time that the service said',
    type: 'pagerduty',
    caughtBy: 'P6 limits',
    definition: { manners: { limited: ({ status }) => (status === 429 ? { retryAfterMs: 100 } : undefined) } },
  },
  {
    name: 'goes on after "too many requests"',
    type: 'slack',
    caughtBy: 'P6 limits',
    adapter: swallow('RATE_LIMITED'),
  },
  { name: 'renews its token once for each caller', type: 'slack', caughtBy: 'P8 shared refresh', http: renewing(false) },
  {
    name: 'goes to where the answer points',
    type: 'slack',
    caughtBy: 'P23 elsewhere',
    http: onAnswers(async (response, request) => {
      const link = /"(http:[^"]+\/stolen[^"]*)"/.exec(response.text)?.[1];
      if (link !== undefined) await fetch(link, { headers: { ...request.headers } });
      return response;
    }),
  },
  {
    name: 'does not hand on the abort',
    type: 'sym',
    caughtBy: 'X5 abort',
    http: (http) => ({ request: (request) => http.request({ ...request, signal: new AbortController().signal }) }),
  },
  {
    name: 'fails the page for one bad record',
    type: 'pagerduty',
    caughtBy: 'P17 bad entries',
    adapter: onPages((page) => {
      if (page.rejected.length > 0) throw new AdapterError('BAD_RESPONSE', 'a record that cannot be read');
      return page;
    }),
  },
  {
    name: 'leaves bad records out without a word',
    type: 'sym',
    caughtBy: 'P17 bad entries',
    adapter: onPages((page) => ({ ...page, rejected: [] })),
  },
  { name: 'takes an unknown role for a member', type: 'pagerduty', caughtBy: 'P17 new words', adapter: onRecords(levelWithoutUnknown) },
  {
    name: 'reads ids as numbers',
    type: 'sym',
    caughtBy: 'P20 large ids',
    http: onAnswers((response) =>
      withText(
        response,
        response.text.replaceAll(/"id":(\d{16,})/g, (_match, digits: string) => `"id":"${Number(digits)}"`),
      ),
    ),
  },
  {
    name: 'says "now" for a date that it cannot read',
    type: 'sym',
    caughtBy: 'D12 dates',
    adapter: onIdentities((identity) => ({ ...identity, createdAt: identity.createdAt ?? Date.now() })),
  },
  {
    name: 'cleans names',
    type: 'slack',
    caughtBy: 'D13 hostile text',
    adapter: onIdentities((identity) =>
      identity.displayName === undefined ? identity : { ...identity, displayName: identity.displayName.replaceAll(/[<>]/g, '') },
    ),
  },
  {
    name: 'goes on from a cursor that is none of its own',
    type: 'slack',
    caughtBy: 'P15 cursor',
    adapter: onListings((read) => (cursor, signal) => read(cursor?.includes('"next"') === true ? cursor : null, signal), 'users'),
  },
  {
    name: 'accepts any credential',
    type: 'slack',
    caughtBy: 'P8 wrong credential',
    adapter: (adapter) => ({
      ...adapter,
      describe: () => Promise.resolve({ serviceId: findSubject('slack').instance.serviceId, displayName: 'Acme', scopes: [] }),
    }),
  },
  {
    name: 'keeps its token in the cursor',
    type: 'slack',
    caughtBy: 'I8 silent secrets',
    adapter: (adapter) => onPages((page) => ({ ...page, next: page.next === null ? null : `${page.next} ${findToken()}` }), 'users')(adapter),
  },
];

/** What the Slack sandbox takes as a token. */
function findToken(): string {
  const { instance, createSandbox } = findSubject('slack');
  const { credentials } = createSandbox(instance).settings;
  return typeof credentials === 'object' && credentials !== null && 'token' in credentials ? String(credentials.token) : '';
}
