import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { squirro } from '../../adapters/squirro/index.ts';
import { createSquirroSandbox } from '../../adapters/squirro/sandbox.ts';
import type { Adapter, Page } from '../../src/contract/adapter.ts';
import type { RecordKind, SourceRecord } from '../../src/contract/records.ts';
import type { DemoAccount, DemoCredential, DemoGrant, DemoInstance, SandboxResponse } from '../../src/contract/sandbox.ts';
import { createTransport } from '../../src/http/transport.ts';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';

export const signal = new AbortController().signal;
export const tokenPath = '/api/user/oauth2/token';

export async function start(instance: DemoInstance, changes: Readonly<Record<string, unknown>> = {}) {
  const sandbox = createSquirroSandbox(instance);
  const server = await serveSandbox(sandbox);
  onTestFinished(() => server.close());
  const settings = squirro.settings.parse({ ...sandbox.settings, ...changes, baseUrl: server.baseUrl });
  const transport = createTransport({ service: 'squirro', baseUrl: squirro.baseUrl(settings) ?? '', manners: squirro.manners });
  onTestFinished(() => transport.close());
  return { server, sandbox, adapter: await squirro.create(settings, transport.sync) };
}

export function tenant(parts: Partial<DemoInstance> = {}): DemoInstance {
  const empty = { accounts: [], groups: [], roles: [], grants: [], invites: [], credentials: [] };
  const scopes = [{ kind: 'WORKSPACE', externalId: 'acme', name: 'Acme Inc' } as const];
  return { type: 'squirro', serviceId: 'squirro.acme.example/acme', displayName: 'Acme', scopes, ...empty, ...parts };
}

export const account = (externalId: string, parts: Partial<DemoAccount> = {}): DemoAccount => ({
  externalId,
  kind: 'HUMAN',
  status: 'ACTIVE',
  email: `${externalId.toLowerCase()}@acme.example`,
  emailProven: false,
  sso: false,
  firstName: 'Ada',
  lastName: externalId,
  displayName: `Ada ${externalId}`,
  username: externalId,
  role: 'user',
  mfa: false,
  createdAt: 0,
  updatedAt: 0,
  declared: [],
  ...parts,
});

export const grant = (kind: 'identity' | 'group', principal: string, role: string, scope: NonNullable<DemoGrant['scope']>): DemoGrant => ({
  externalId: `${principal}-${scope.externalId}`,
  principal: { kind, externalId: principal },
  role,
  scope,
});

export const credential = (kind: DemoCredential['kind'], holder: string, externalId: string, name: string): DemoCredential => ({
  kind,
  externalId,
  account: holder,
  name,
  createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
  expiresAt: Date.UTC(2027, 0, 2, 3, 4, 5),
});

export async function pagesOf(adapter: Adapter, name: string): Promise<readonly Page[]> {
  const listing = adapter.listings.find((candidate) => candidate.name === name);
  if (listing === undefined) throw new Error(`no listing ${name}`);
  const pages: Page[] = [];
  for (let cursor: string | null = null; ;) {
    const page = await listing.page(cursor, signal);
    pages.push(page);
    for (const { kind } of page.records) expect(listing.yields).toContain(kind);
    if (page.next === null) return pages;
    expect(page.next).not.toBe(cursor);
    expect(Buffer.byteLength(page.next)).toBeLessThan(64 * 1024);
    cursor = page.next;
  }
}

export async function read<K extends RecordKind>(adapter: Adapter, name: string, kind: K) {
  return ofKind(
    (await pagesOf(adapter, name)).flatMap(({ records }) => records),
    kind,
  );
}

export const ofKind = <K extends RecordKind>(records: readonly SourceRecord[], kind: K) =>
  records.filter((record): record is Extract<SourceRecord, { kind: K }> => record.kind === kind);

export async function readAll(adapter: Adapter) {
  const pages: Page[] = [];
  for (const { name } of adapter.listings) pages.push(...(await pagesOf(adapter, name)));
  return { records: pages.flatMap(({ records }) => records), rejected: pages.flatMap(({ rejected }) => rejected) };
}

type Body = Readonly<Record<string, unknown>>;
export const toBody = (value: unknown): Body => z.record(z.string(), z.unknown()).parse(value);

/** Changes what the sandbox answers; its answers reach the wire as text or as an object. */
export const alter = (path: RegExp, change: (body: unknown) => object | string, times = Infinity): FaultRule => ({
  name: `alter ${path.source}`,
  match: { path, times },
  effect: { alter: (response: SandboxResponse) => ({ ...response, body: change(response.body) }) },
});

export const alterUsers = (change: (users: readonly Body[]) => readonly unknown[]): FaultRule =>
  alter(/\/users$/, (body) => ({ users: change(z.array(z.record(z.string(), z.unknown())).parse(toBody(body)['users'])) }));

export const respond = (path: RegExp, status: number, body: object | string | null, times = Infinity): FaultRule => ({
  name: `${status} at ${path.source}`,
  match: { path, times },
  effect: { respond: { status, body } },
});

export const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => Promise.reject(new Error('expected a failure')),
    (error: unknown) => error,
  );
