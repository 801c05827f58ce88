import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createAdapter } from '../../adapters/waii/adapter.ts';
import { waii } from '../../adapters/waii/index.ts';
import { createWaiiSandbox } from '../../adapters/waii/sandbox.ts';
import type { Adapter, Page } from '../../src/contract/adapter.ts';
import type { RecordKind, SourceRecord } from '../../src/contract/records.ts';
import type { DemoAccount, DemoInstance, DemoScope, SandboxResponse } from '../../src/contract/sandbox.ts';
import { createTransport } from '../../src/http/transport.ts';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';

export const { signal } = new AbortController();

export async function start(instance: DemoInstance, settings: Readonly<Record<string, unknown>> = {}) {
  const sandbox = createWaiiSandbox(instance);
  const server = await serveSandbox(sandbox);
  onTestFinished(() => server.close());
  return { server, adapter: connect({ ...sandbox.settings, baseUrl: server.baseUrl, ...settings }) };
}

export function connect(input: Readonly<Record<string, unknown>>): Adapter {
  const settings = waii.settings.parse(input);
  const transport = createTransport({ service: 'waii', baseUrl: waii.baseUrl(settings) ?? '', manners: waii.manners });
  onTestFinished(() => transport.close());
  return createAdapter(settings, transport.live);
}

/** For tests in which `say` makes the answers. */
export const nothing = instance({});

export function instance(parts: Partial<DemoInstance>): DemoInstance {
  const empty = { accounts: [], groups: [], roles: [], scopes: [], grants: [], invites: [], credentials: [] };
  return { type: 'waii', serviceId: 'waii.test', displayName: 'Acme', ...empty, ...parts };
}

export const account = (externalId: string, parts: Partial<DemoAccount> = {}): DemoAccount => ({
  externalId,
  kind: 'HUMAN',
  status: 'ACTIVE',
  emailProven: false,
  sso: false,
  firstName: 'Ada',
  lastName: 'Lovelace',
  displayName: `Ada ${externalId}`,
  username: externalId,
  role: 'waii-user',
  mfa: false,
  createdAt: 1_600_000_000_000,
  updatedAt: 1_600_000_000_000,
  declared: [],
  ...parts,
});

export const organization = (externalId: string): DemoScope => ({ kind: 'ORGANIZATION', externalId, name: `The ${externalId}` });
export const tenant = (externalId: string, parent: string): DemoScope => ({
  kind: 'WORKSPACE',
  externalId,
  name: `The ${externalId}`,
  parent: { kind: 'ORGANIZATION', externalId: parent },
});

export const json = (body: object, status = 200): SandboxResponse => ({ status, body });
const bodies = z.looseObject({ lookup_org_id: z.string().optional(), lookup_user_id: z.string().optional() });
export const bodyOf = ({ body }: { readonly body: string }) => bodies.parse(JSON.parse(body));

/** Every answer to this call is made by `answer`. */
export const say = (call: string, answer: (asked: z.infer<typeof bodies>) => SandboxResponse): FaultRule => ({
  name: call,
  match: { path: new RegExp(`^/${call}$`), times: Infinity },
  effect: { alter: (_, request) => answer(bodyOf(request)) },
});

/** One organization `o1` with these users. */
export const users = (...entries: readonly unknown[]): readonly FaultRule[] => [
  say('list-orgs', () => json({ organizations: [{ id: 'o1', name: 'One' }] })),
  say('list-tenants', () => json({ tenants: [] })),
  say('list-users', () => json({ users: entries })),
];

export async function pagesOf(adapter: Adapter, name: string): Promise<readonly Page[]> {
  const listing = adapter.listings.find((entry) => entry.name === name);
  if (listing === undefined) throw new Error(`no listing ${name}`);
  const pages: Page[] = [];
  for (let cursor: string | null = null; ;) {
    const page = await listing.page(cursor, signal);
    for (const { kind } of page.records) expect(listing.yields).toContain(kind);
    pages.push(page);
    if (page.next === null) return pages;
    expect(page.next).not.toBe(cursor);
    expect(Buffer.byteLength(page.next)).toBeLessThan(65_536);
    cursor = page.next;
  }
}

export const directory = 'organizations, tenants and users';
export const keys = 'own access keys';

export async function read(adapter: Adapter, ...names: readonly string[]) {
  const pages: Page[] = [];
  for (const name of names.length === 0 ? [directory] : names) pages.push(...(await pagesOf(adapter, name)));
  return { pages, records: pages.flatMap(({ records }) => records), rejected: pages.flatMap(({ rejected }) => rejected) };
}

export function ofKind<K extends RecordKind>(records: readonly SourceRecord[], kind: K): Extract<SourceRecord, { kind: K }>[] {
  return records.filter((record): record is Extract<SourceRecord, { kind: K }> => record.kind === kind);
}

export const only = <T>(entries: readonly T[]): T => {
  expect(entries).toHaveLength(1);
  return entries[0] as T;
};

export const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => Promise.reject(new Error('expected a failure')),
    (error: unknown) => error,
  );
