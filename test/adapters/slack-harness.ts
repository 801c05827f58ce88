import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createAdapter } from '../../adapters/slack/adapter.ts';
import { slack } from '../../adapters/slack/index.ts';
import { createSlackSandbox } from '../../adapters/slack/sandbox.ts';
import type { Adapter, Cursor, Page } from '../../src/contract/adapter.ts';
import type { GrantRecord, IdentityRecord, SourceRecord } from '../../src/contract/records.ts';
import type { DemoAccount, DemoGroup, DemoInstance, SandboxOptions, SandboxResponse } from '../../src/contract/sandbox.ts';
import { createTransport } from '../../src/http/transport.ts';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';

export const signal = new AbortController().signal;

interface StartOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly sandbox?: SandboxOptions;
}

export async function start(instance: DemoInstance, options: StartOptions = {}) {
  const sandbox = createSlackSandbox(instance, options.sandbox);
  const server = await serveSandbox(sandbox);
  onTestFinished(() => server.close());
  const settings = { ...sandbox.settings, ...options.settings, baseUrl: server.baseUrl };
  const { token } = z.object({ token: z.string() }).parse(sandbox.settings['credentials']);
  return { ...connect(settings), server, settings, token };
}

export function connect(input: unknown) {
  const settings = slack.settings.parse(input);
  const transport = createTransport({ service: 'slack', baseUrl: slack.baseUrl(settings) ?? '', manners: slack.manners });
  onTestFinished(() => transport.close());
  const create = (): Adapter => createAdapter(settings, transport.live);
  return { adapter: create(), create };
}

export function company(parts: Partial<DemoInstance> = {}): DemoInstance {
  const empty = { accounts: [], groups: [], roles: [], scopes: [], grants: [], invites: [], credentials: [] };
  return { type: 'slack', serviceId: 'T1', displayName: 'Acme', ...empty, ...parts };
}

export function account(parts: Partial<DemoAccount> & { readonly externalId: string }): DemoAccount {
  return {
    kind: 'HUMAN',
    status: 'ACTIVE',
    email: `${parts.externalId.toLowerCase()}@acme.example`,
    emailProven: true,
    sso: false,
    firstName: 'Ada',
    lastName: 'Lovelace',
    displayName: 'Ada Lovelace',
    username: 'ada',
    role: 'member',
    mfa: false,
    createdAt: 1_600_000_000_000,
    updatedAt: 1_700_000_000_000,
    declared: [],
    ...parts,
  };
}

export function group(parts: Partial<DemoGroup> & { readonly externalId: string }): DemoGroup {
  return { name: parts.externalId, handle: parts.externalId.toLowerCase(), disabled: false, parents: [], members: [], ...parts };
}

export function listing(adapter: Adapter, name: string) {
  const found = adapter.listings.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no listing ${name}`);
  return found;
}

export async function readListing(adapter: Adapter, name: string) {
  const records: SourceRecord[] = [];
  const rejected: Page['rejected'][number][] = [];
  let pages = 0;
  let longestCursor = 0;
  for (let cursor: Cursor | null = null; pages === 0 || cursor !== null; pages += 1) {
    const page: Page = await listing(adapter, name).page(cursor, signal);
    if (page.next !== null && page.next === cursor) throw new Error('the cursor did not move');
    records.push(...page.records);
    rejected.push(...page.rejected);
    cursor = page.next;
    longestCursor = Math.max(longestCursor, Buffer.byteLength(cursor ?? ''));
  }
  for (const { kind } of records) expect(listing(adapter, name).yields).toContain(kind);
  return { records, rejected, pages, longestCursor };
}

export async function readAll(adapter: Adapter) {
  const records: SourceRecord[] = [];
  for (const { name } of adapter.listings) records.push(...(await readListing(adapter, name)).records);
  return { records };
}

export const identitiesOf = (records: readonly SourceRecord[]): IdentityRecord[] => records.filter((record) => record.kind === 'identity');

export function identityOf(records: readonly SourceRecord[], id: string): IdentityRecord {
  const found = identitiesOf(records).find(({ externalId }) => externalId === id);
  if (!found) throw new Error(`no identity ${id}`);
  return found;
}

export const grantsOf = (records: readonly SourceRecord[], id: string): GrantRecord[] =>
  records.filter((record) => record.kind === 'grant').filter(({ principal }) => principal.externalId === id);

export const refused = (error: string): SandboxResponse => ({ status: 200, body: { ok: false, error } });

export const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => Promise.reject(new Error('expected a failure')),
    (error: unknown) => error,
  );

type Body = Readonly<Record<string, unknown>>;
export function alter(method: string, change: (body: Body) => object, times = Infinity): FaultRule {
  const path = new RegExp(`^/${method.replaceAll('.', '\\.')}$`);
  return {
    name: `alter ${method}`,
    match: { path, times },
    effect: { alter: (response) => ({ ...response, body: change(toObject(response.body)) }) },
  };
}

export const alterUser = (id: string, changes: object): FaultRule =>
  alter('users.list', (body) => ({ ...body, members: toList(body['members']).map((user) => (user.id === id ? { ...user, ...changes } : user)) }));

export const toObject = (value: unknown): Body => z.record(z.string(), z.unknown()).parse(value);
export const toList = (value: unknown) => z.array(z.looseObject({ id: z.string() })).parse(value);
