import { AdapterError } from '../../src/contract/errors.ts';
import type { Http, HttpResponse } from '../../src/contract/http.ts';
import type { FtrackSettings } from './config.ts';
import { label, toRefusal, toStatusError } from './errors.ts';
import { mergeMentions } from './merge.ts';
import { toSelections, type EntityType, type Selections } from './selections.ts';
import { failure, page, schemas } from './wire.ts';

/** Page size of the vendor's client (github.com/ftrackhq/ftrack-python, session.py). */
const pageSize = 500;

export interface Query {
  readonly type: EntityType;
  /** A condition; its values quoted. */
  readonly where?: string;
  readonly offset: number;
}

export interface WirePage {
  /** Entities as they came, every mention with all that the reply told. */
  readonly items: readonly unknown[];
  /** Offset of the next page; null at the end. */
  readonly next: number | null;
}

export type FtrackClient = ReturnType<typeof createClient>;

export function createClient({ credentials }: FtrackSettings, http: Http) {
  const headers = {
    accept: 'application/json',
    'content-type': 'application/json',
    'ftrack-user': credentials.apiUser,
    'ftrack-api-key': credentials.apiKey,
  };
  // Learned once: the schemas are large, and change when the site is upgraded.
  let selections: Selections | undefined;

  async function call(operations: readonly object[], what: readonly string[], signal: AbortSignal): Promise<readonly unknown[]> {
    // The operations only read.
    const response = await http.request({ method: 'POST', path: 'api', headers, body: { json: operations }, repeatable: true, signal });
    const reply = readReply(response, what);
    if (!Array.isArray(reply) || reply.length !== operations.length)
      throw new AdapterError('BAD_RESPONSE', `ftrack ${label(what)}: the answer is no list of ${operations.length}`);
    return reply;
  }

  /** Proves the credential and learns what this site can be asked. */
  async function learn(signal: AbortSignal): Promise<Selections> {
    const information = { action: 'query_server_information', values: ['version', 'schema_hash', 'is_timezone_support_enabled'] };
    const [, found] = await call([information, { action: 'query_schemas' }], [], signal);
    const parsed = schemas.safeParse(found);
    if (!parsed.success) throw new AdapterError('BAD_RESPONSE', 'ftrack query_schemas: the answer holds no list of schemas', { cause: parsed.error });
    selections = toSelections(parsed.data);
    return selections;
  }

  /** One page of each query, in one request. */
  async function query(queries: readonly Query[], signal: AbortSignal): Promise<readonly WirePage[]> {
    const known = selections ?? (await learn(signal));
    const what = [...new Set(queries.map(({ type }) => type))];
    const operations = queries.map(({ type, where, offset }) => ({
      action: 'query',
      // Without an order the service promises none.
      expression: `${known[type]}${where === undefined ? '' : ` where ${where}`} order by id limit ${pageSize} offset ${offset}`,
    }));
    try {
      const reply = await call(operations, what, signal);
      mergeMentions(reply);
      return queries.map((asked, at) => toPage(reply[at], asked));
    } catch (error) {
      // The site may have been upgraded: look again before the next query.
      if (error instanceof AdapterError && error.code === 'BAD_REQUEST') selections = undefined;
      throw error;
    }
  }

  return {
    learn,
    query,

    /** All users that meet one of the conditions, which go out together. */
    async users(conditions: readonly string[], signal: AbortSignal): Promise<readonly unknown[]> {
      const found: unknown[] = [];
      let open = conditions.map((where): Query => ({ type: 'User', where, offset: 0 }));
      for (let round = 0; open.length > 0; round += 1) {
        if (round === maxRounds) throw new AdapterError('BAD_RESPONSE', 'ftrack query User: the search finds too many to be one');
        const pages = await query(open, signal);
        for (const { items } of pages) found.push(...items);
        open = open.flatMap((asked, at) => {
          const next = pages[at]?.next ?? null;
          return next === null ? [] : [{ ...asked, offset: next }];
        });
      }
      return found;
    },
  };
}

/** Enough for the ids of one condition, were they to come one by one. */
const maxRounds = 200;

/** Refusals are an object in the place of the list, with status 200 unless strict mode is asked for: so the body decides before the status. */
function readReply(response: HttpResponse, what: readonly string[]): unknown {
  const good = response.status >= 200 && response.status < 300;
  let reply: unknown;
  try {
    reply = response.json();
  } catch (error) {
    throw good ? error : toStatusError(response.status, what);
  }
  for (const part of Array.isArray(reply) ? reply : [reply]) {
    const refusal = failure.safeParse(part);
    if (refusal.success) throw toRefusal(refusal.data, response.status, what);
  }
  if (!good) throw toStatusError(response.status, what);
  return reply;
}

function toPage(reply: unknown, { type, offset }: Query): WirePage {
  const parsed = page.safeParse(reply);
  if (!parsed.success) throw new AdapterError('BAD_RESPONSE', `ftrack query ${type}: the answer holds no list \`data\``, { cause: parsed.error });
  const { data: items, metadata } = parsed.data;
  // Without the promised metadata only an empty page is an end: the service may cut pages short.
  if (metadata === undefined) return { items, next: items.length === 0 ? null : offset + items.length };
  const next = metadata.next?.offset ?? null;
  if (next !== null && next <= offset) throw new AdapterError('BAD_RESPONSE', `ftrack query ${type}: the next page is not after this one`);
  return { items, next };
}
