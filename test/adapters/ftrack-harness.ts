import { afterEach, expect } from 'vitest';
import { z } from 'zod';
import { ftrack } from '../../adapters/ftrack/index.ts';
import { createFtrackSandboxOf } from '../../adapters/ftrack/sandbox.ts';
import type { ProjectRoleShape } from '../../adapters/ftrack/sandbox-schema.ts';
import type { Adapter, Page } from '../../src/contract/adapter.ts';
import type { SourceRecord } from '../../src/contract/records.ts';
import type { DemoAccount, DemoGrant, DemoGroup, DemoInstance, SandboxOptions, SandboxResponse } from '../../src/contract/sandbox.ts';
import { createTransport } from '../../src/http/transport.ts';
import { serveSandbox, type SandboxServer } from '../../src/sandbox/serve.ts';

export const { signal } = new AbortController();
const running: AsyncDisposable[] = [];
afterEach(async () => {
  for (const service of running.splice(0)) await service[Symbol.asyncDispose]();
});

export const person = (externalId: string, more: Partial<DemoAccount> = {}): DemoAccount => ({
  externalId,
  kind: 'HUMAN',
  status: 'ACTIVE',
  email: `${externalId}@example.com`,
  emailProven: false,
  sso: false,
  firstName: 'Person',
  lastName: externalId,
  displayName: `Person ${externalId}`,
  username: `user-${externalId}`,
  role: '',
  mfa: false,
  createdAt: 0,
  updatedAt: 0,
  declared: [],
  ...more,
});

export const group = (externalId: string, members: readonly string[], parents: readonly string[] = []): DemoGroup => ({
  externalId,
  name: `Group ${externalId}`,
  handle: externalId,
  disabled: false,
  parents,
  members: members.map((member) => ({ externalId: member })),
});

export const grant = (externalId: string, account: string, role: string, project?: string): DemoGrant => ({
  externalId,
  principal: { kind: 'identity', externalId: account },
  role,
  ...(project !== undefined && { scope: { kind: 'PROJECT', externalId: project } }),
});

export const studio = (accounts: readonly DemoAccount[], more: Partial<DemoInstance> = {}): DemoInstance => ({
  type: 'ftrack',
  serviceId: 'acme.ftrackapp.com',
  displayName: 'Acme Studio',
  accounts,
  groups: [],
  roles: [
    { externalId: 'r-admin', name: 'Administrator', category: 'PROJECT', permissions: [] },
    { externalId: 'r-night', name: 'Pipeline "night" lead', category: 'PROJECT', permissions: [] },
    { externalId: 'r-api', name: 'API', category: 'API', permissions: [] },
    { externalId: 'r-tasks', name: 'Assigned tasks', category: 'ASSIGNED', permissions: [] },
  ],
  scopes: [
    { kind: 'PROJECT', externalId: 'p-1', name: 'Aurora' },
    { kind: 'PROJECT', externalId: 'p-2', name: 'Beacon' },
    { kind: 'PROJECT', externalId: 'p-3', name: 'Comet' },
  ],
  grants: [],
  invites: [],
  credentials: [],
  ...more,
});

export interface StartOptions extends SandboxOptions {
  readonly shape?: ProjectRoleShape;
  readonly settings?: object;
}

export async function start(instance: DemoInstance, { shape = 'today', settings: changes = {}, ...options }: StartOptions = {}) {
  const sandbox = createFtrackSandboxOf(shape)(instance, options);
  const server = await serveSandbox(sandbox);
  const settings = ftrack.settings.parse({ ...sandbox.settings, baseUrl: server.baseUrl, ...changes });
  const transport = createTransport({ service: 'ftrack', baseUrl: server.baseUrl, manners: ftrack.manners });
  running.push({ [Symbol.asyncDispose]: () => transport.close() }, server);
  return { server, adapter: await ftrack.create(settings, transport.live) };
}

export async function pagesOf(adapter: Adapter, name: string): Promise<readonly Page[]> {
  const listing = adapter.listings.find((entry) => entry.name === name) ?? expect.fail(`no listing ${name}`);
  const pages: Page[] = [];
  for (let cursor: string | null = null; ;) {
    const page = await listing.page(cursor, signal);
    for (const { kind } of [...page.records, ...page.rejected]) expect(listing.yields).toContain(kind);
    pages.push(page);
    if (page.next === null) return pages;
    expect(page.next).not.toBe(cursor);
    cursor = page.next;
  }
}

type RecordOf<K extends SourceRecord['kind']> = Extract<SourceRecord, { kind: K }>;

export const only = <K extends SourceRecord['kind']>(records: readonly SourceRecord[], kind: K): readonly RecordOf<K>[] =>
  records.filter((record): record is RecordOf<K> => record.kind === kind);

export async function readAll(adapter: Adapter): Promise<readonly SourceRecord[]> {
  const records: SourceRecord[] = [];
  for (const { name } of adapter.listings) for (const page of await pagesOf(adapter, name)) records.push(...page.records);
  return records;
}

const entity = z.record(z.string(), z.unknown());
const reply = z.array(z.looseObject({ data: z.array(entity) }));

/** Changes the entities of an answer's queries. */
export const altered = (change: (entity: Record<string, unknown>) => unknown) => ({
  alter: (response: SandboxResponse): SandboxResponse => ({
    ...response,
    body: reply.parse(response.body).map((part) => ({ ...part, data: part.data.map(change) })),
  }),
});

const operations = z.array(z.looseObject({ action: z.string(), expression: z.string().optional() }));

/** What each call asked for: the expressions of its queries, or the names of its other actions. */
export const asked = (server: SandboxServer): readonly (readonly string[])[] =>
  server.calls.map(({ body }) => operations.parse(JSON.parse(body)).map(({ action, expression }) => expression ?? action));
