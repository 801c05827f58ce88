// Fills a store with the demo company as reading its services would, but without sockets: the same adapters, seals and links.
// node bench/fill.ts <folder> [people]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { stringify } from 'yaml';
import { adapters } from '../adapters/index.ts';
import { sandboxes } from '../adapters/sandboxes.ts';
import type { ConfiguredService } from '../src/config/config.ts';
import { parseConfig } from '../src/config/read.ts';
import type { Http } from '../src/contract/http.ts';
import type { Sandbox, SandboxResponse } from '../src/contract/sandbox.ts';
import { parseBaseUrl } from '../src/http/origin.ts';
import { prepareRequest } from '../src/http/request.ts';
import { createResponse } from '../src/http/response.ts';
import { createCompany, demoServices } from '../src/sandbox/company.ts';
import { openStore, type StoreConnection, type StoreOptions } from '../src/store/open.ts';
import { declareServices } from '../src/store/sync/services.ts';
import { toProfile } from '../src/sync/profile.ts';
import type { SyncedService } from '../src/sync/service.ts';
import { createScheduler, type SyncEvent, type SyncScheduler } from '../src/sync/scheduler.ts';

/** Where the written configuration says that every service lies; to be replaced by an address that exists. */
export const placeholderOrigin = 'https://services.invalid';
export const configName = 'bench.yaml';

/** A request as a socket would carry it: `target` is path and query. */
interface Asked {
  readonly method: NonNullable<Parameters<Http['request']>[0]['method']>;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The services of a demo company, to be asked by their names. */
export interface CompanyServices {
  /** A configuration that reads them into a store. */
  configure(store: string): string;
  answer(service: string, asked: Asked): Answer;
}

export function createServices(people: number): CompanyServices {
  const company = createCompany({ people });
  const { managedDomains } = company;
  const sandboxOf = new Map<string, Sandbox>();
  const services = demoServices(company).map(({ name, type, emailTrust, people: role, instance }) => {
    const createSandbox = sandboxes.get(type);
    if (createSandbox === undefined) throw new Error(`no sandbox speaks ${type}`);
    const sandbox = createSandbox(instance);
    sandboxOf.set(name, sandbox);
    return { name, type, baseUrl: placeholderOrigin + sandbox.basePath, ...sandbox.settings, emailTrust, people: role, sync: { every: '1d' } };
  });
  return {
    configure: (store) => stringify({ listen: { host: '127.0.0.1', port: 0 }, store, managedDomains, services }),
    answer(service, { method, target, headers, body }) {
      const sandbox = sandboxOf.get(service);
      if (sandbox === undefined) throw new Error(`nobody furnished ${service}`);
      const { pathname, searchParams } = new URL(target, placeholderOrigin);
      const path = pathname.slice(sandbox.basePath.length);
      const answer = sandbox.handle({ method, path, query: searchParams, headers, body: body ?? '' });
      return { status: answer.status, headers: headersOf(answer), body: bytesOf(answer) };
    },
  };
}

function headersOf({ headers = {}, body }: SandboxResponse): Readonly<Record<string, string>> {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return typeof body === 'object' && body !== null ? { 'content-type': 'application/json', ...lower } : lower;
}

const bytesOf = ({ body }: SandboxResponse): Buffer => Buffer.from(typeof body === 'string' ? body : body === null ? '' : JSON.stringify(body));

export interface Reader {
  readonly store: StoreConnection;
  /** Reads every service and links; fails when one was not sealed. */
  once: SyncScheduler['once'];
}

/** What reads the services of a configuration into its store. */
export async function createReader(
  yaml: string,
  answer: (service: string, asked: Asked) => Answer | Promise<Answer>,
  { onEvent, ...options }: StoreOptions & { readonly onEvent?: (event: SyncEvent) => void } = {},
): Promise<Reader> {
  const config = parseConfig(yaml, configName, { adapters, environment: {} });
  mkdirSync(config.store, { recursive: true });
  const store = await openStore(config.store, options);
  // Whatever is lost is filled again.
  await sql`pragma synchronous = off`.execute(store.write);
  const { managedDomains } = config;
  const connect = async ({ name, type, definition, settings, emailTrust, people, levels, everyMs }: ConfiguredService): Promise<SyncedService> => {
    const base = parseBaseUrl(name, definition.baseUrl(settings) ?? placeholderOrigin, false);
    const http: Http = {
      async request(request) {
        const { label, ...asked } = prepareRequest(name, base, request);
        const { status, headers, body } = await answer(name, asked);
        return createResponse(label, status, headers, Buffer.from(body.buffer, body.byteOffset, body.byteLength));
      },
    };
    const adapter = await definition.create(settings, http);
    return {
      name,
      type,
      adapter,
      levels,
      everyMs,
      settingsHash: 'bench',
      profile: toProfile(adapter, { emailTrust, people, managedDomains }),
    };
  };
  const services = await Promise.all(config.services.map(connect));
  await declareServices(store, services);
  const scheduler = createScheduler({ store, now: Date.now, services, ...(onEvent && { onEvent }) });
  return {
    store,
    async once(names) {
      const outcomes = await scheduler.once(names);
      for (const [name, outcome] of outcomes) if (outcome.kind !== 'sealed') throw new Error(`${name}: ${JSON.stringify(outcome)}`);
      return outcomes;
    },
  };
}

if (import.meta.main) {
  const [folder, people] = process.argv.slice(2);
  if (folder === undefined) throw new Error('name a folder');
  const services = createServices(Number(people ?? 10_000));
  const yaml = services.configure(folder);
  const reader = await createReader(yaml, services.answer);
  await reader.once();
  await reader.store.close();
  writeFileSync(join(folder, configName), yaml);
}
