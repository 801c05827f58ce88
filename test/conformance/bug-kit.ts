import type { Adapter, AdapterDefinition, Listing, LiveIdentity, Page } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import type { Http, HttpRequest, HttpResponse } from '../../src/contract/http.ts';
import type { IdentityRecord, SourceRecord } from '../../src/contract/records.ts';
import { findSubject, type Subject } from './subject.ts';

/** A real adapter with one thing broken. */
export interface Bug {
  readonly name: string;
  readonly type: string;
  /** The check that catches it. */
  readonly caughtBy: string;
  readonly adapter?: (adapter: Adapter, settings: unknown) => Adapter;
  /** What the adapter is given instead of its way out. */
  readonly http?: (http: Http) => Http;
  readonly definition?: Partial<AdapterDefinition>;
}

export function plantBug({ type, adapter, http, definition }: Bug): Subject {
  const subject = findSubject(type);
  const create: AdapterDefinition['create'] = async (settings, given) => {
    const made = await subject.definition.create(settings, http ? http(given) : given);
    return adapter ? adapter(made, settings) : made;
  };
  return { ...subject, definition: { ...subject.definition, ...definition, create } };
}

type ReadPage = Listing['page'];

export const onListings =
  (change: (read: ReadPage, listing: Listing) => ReadPage, only?: string) =>
  (adapter: Adapter): Adapter => ({
    ...adapter,
    listings: adapter.listings.map((listing) =>
      only === undefined || listing.name === only ? { ...listing, page: change(listing.page.bind(listing), listing) } : listing,
    ),
  });

export const onPages = (change: (page: Page, listing: Listing, cursor: string | null) => Page, only?: string) =>
  onListings((read, listing) => async (cursor, signal) => change(await read(cursor, signal), listing, cursor), only);

export const onRecords = (change: (record: SourceRecord) => SourceRecord) => onPages((page) => ({ ...page, records: page.records.map(change) }));

export const onIdentities = (change: (identity: IdentityRecord) => IdentityRecord) =>
  onRecords((record) => (record.kind === 'identity' ? change(record) : record));

export const onAnswers =
  (change: (response: HttpResponse, request: HttpRequest, http: Http) => HttpResponse | Promise<HttpResponse>) =>
  (http: Http): Http => ({ request: async (request) => change(await http.request(request), request, http) });

export const withText = (response: HttpResponse, text: string): HttpResponse => ({ ...response, text, json: () => JSON.parse(text) });

const isEmpty = (error: unknown, ...codes: readonly string[]): boolean => error instanceof AdapterError && codes.includes(error.code);
const nothing: Page = { records: [], rejected: [], next: null };

export const swallow = (...codes: readonly string[]) =>
  onListings((read) => async (cursor, signal) => {
    try {
      return await read(cursor, signal);
    } catch (error) {
      if (isEmpty(error, ...codes)) return nothing;
      throw error;
    }
  });

/** Renews on every 401 by one more call; `shared` keeps callers from renewing side by side. */
export function renewing(shared: boolean) {
  return (http: Http): Http => {
    let renewal: Promise<unknown> | undefined;
    return {
      async request(request) {
        const response = await http.request(request);
        if (response.status !== 200 || !response.text.includes('invalid_auth')) return response;
        const renew = () => http.request({ ...request, path: 'auth.test', query: {} });
        renewal = shared ? (renewal ?? renew()) : renew();
        await renewal;
        return http.request(request);
      },
    };
  };
}

export const levelWithoutUnknown = (record: SourceRecord): SourceRecord =>
  (record.kind === 'grant' || record.kind === 'role') && record.level === 'UNKNOWN' ? { ...record, level: 'MEMBER' } : record;

export const live = (
  adapter: Adapter,
  change: (found: ReadonlyMap<string, LiveIdentity>, ids: readonly string[]) => ReadonlyMap<string, LiveIdentity>,
): Adapter => ({
  ...adapter,
  getIdentities: async (ids, signal) => change(await adapter.getIdentities(ids, signal), ids),
});
