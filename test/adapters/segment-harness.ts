import { z } from 'zod';
import { createSegmentSandbox } from '../../adapters/segment/sandbox.ts';
import { segment } from '../../adapters/segment/index.ts';
import type { Adapter, Page } from '../../src/contract/adapter.ts';
import type { SourceRecord } from '../../src/contract/records.ts';
import type { DemoAccount, DemoGrant, DemoInstance, SandboxOptions, SandboxResponse } from '../../src/contract/sandbox.ts';
import { createTransport } from '../../src/http/transport.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';

export const { signal } = new AbortController();

export const person = (externalId: string, more: Partial<DemoAccount> = {}): DemoAccount => ({
  externalId,
  kind: 'HUMAN',
  status: 'ACTIVE',
  email: `${externalId.toLowerCase()}@example.com`,
  emailProven: false,
  sso: false,
  firstName: 'Person',
  lastName: externalId,
  displayName: `Person ${externalId}`,
  username: externalId,
  role: '',
  mfa: false,
  createdAt: 0,
  updatedAt: 0,
  declared: [],
  ...more,
});

export const owns = (externalId: string): DemoGrant => ({
  externalId: `g-${externalId}`,
  principal: { kind: 'identity', externalId },
  role: 'R1',
  scope: { kind: 'WORKSPACE', externalId: 'W1' },
});

export const workspace = (more: Partial<DemoInstance> = {}): DemoInstance => ({
  type: 'segment',
  serviceId: 'W1',
  displayName: 'Acme',
  accounts: [],
  groups: [],
  roles: [
    { externalId: 'R1', name: 'Workspace Owner', permissions: [] },
    { externalId: 'R2', name: 'Source Read-only', permissions: [] },
  ],
  scopes: [],
  grants: [],
  invites: [],
  credentials: [],
  ...more,
});

export const people = (...ids: readonly string[]): DemoInstance => workspace({ accounts: ids.map((id) => person(id)), grants: ids.map(owns) });

export interface Running extends AsyncDisposable {
  readonly server: Awaited<ReturnType<typeof serveSandbox>>;
  readonly adapter: Adapter;
}

export async function start(instance: DemoInstance, options: SandboxOptions & { readonly token?: string } = {}): Promise<Running> {
  const sandbox = createSegmentSandbox(instance, options);
  const server = await serveSandbox(sandbox);
  const given = options.token === undefined ? sandbox.settings : { credentials: { token: options.token } };
  const settings = segment.settings.parse({ ...given, baseUrl: server.baseUrl });
  const transport = createTransport({ service: 'segment', baseUrl: server.baseUrl, manners: segment.manners });
  return {
    server,
    adapter: await segment.create(settings, transport.live),
    async [Symbol.asyncDispose]() {
      await transport.close();
      await server.close();
    },
  };
}

export function listingOf(adapter: Adapter, name: string) {
  const listing = adapter.listings.find((entry) => entry.name === name);
  if (listing === undefined) throw new Error(`no listing ${name}`);
  return listing;
}

export async function pagesOf(adapter: Adapter, name: string): Promise<readonly Page[]> {
  const listing = listingOf(adapter, name);
  const pages: Page[] = [];
  const cursors = new Set<string>();
  for (let cursor: string | null = null; ;) {
    const page = await listing.page(cursor, signal);
    pages.push(page);
    for (const { kind } of page.records) if (!listing.yields.includes(kind)) throw new Error(`${name} does not say that it yields ${kind}`);
    if (page.next === null) return pages;
    if (cursors.has(page.next)) throw new Error('the cursor came twice');
    cursors.add(page.next);
    cursor = page.next;
  }
}

export const ofKind = <K extends SourceRecord['kind']>(pages: readonly Page[], kind: K) =>
  pages.flatMap((page) => page.records).filter((record): record is Extract<SourceRecord, { kind: K }> => record.kind === kind);

export const read = async <K extends SourceRecord['kind']>(adapter: Adapter, name: string, kind: K) => ofKind(await pagesOf(adapter, name), kind);

const body = z.object({ data: z.record(z.string(), z.unknown()) });
const entries = z.array(z.unknown());

/** Answers as the sandbox does, with the entries of one list changed. */
export const altered = (list: string, change: (entry: Record<string, unknown>, at: number) => unknown) => ({
  alter: (response: SandboxResponse): SandboxResponse => {
    const { data } = body.parse(response.body);
    const changed = entries.parse(data[list]).map((entry, at) => change(z.record(z.string(), z.unknown()).parse(entry), at));
    return { ...response, body: { data: { ...data, [list]: changed } } };
  },
});

export const pathsOf = (calls: readonly { readonly path: string }[]) => calls.map(({ path }) => path);
