// Fills a store with the demo company as reading its services would, but without sockets: the same adapters, seals and links.
// node bench/fill.ts <folder> [people]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { stringify } from 'yaml';
import { adapters, sandboxes } from '../adapters/index.ts';
import { parseConfig } from '../src/config/read.ts';
import type { Http } from '../src/contract/http.ts';
import type { Sandbox, SandboxResponse } from '../src/contract/sandbox.ts';
import { parseBaseUrl } from '../src/http/origin.ts';
import { prepareRequest } from '../src/http/request.ts';
import { createResponse } from '../src/http/response.ts';
import { createCompany, demoServices } from '../src/sandbox/company.ts';
import { openStore } from '../src/store/open.ts';
import { declareServices } from '../src/store/sync/services.ts';
import { toProfile } from '../src/sync/profile.ts';
import { createScheduler } from '../src/sync/scheduler.ts';

/** Where the written configuration says that every service lies; to be replaced by an address that exists. */
export const placeholderOrigin = 'https://services.invalid';
export const configName = 'bench.yaml';

/** Writes the store into a folder, and beside it the configuration of a gateway that answers from it. */
async function fill(store: string, people: number): Promise<void> {
  const company = createCompany({ people });
  const sandboxOf = new Map<string, Sandbox>();
  const entries = demoServices(company).map(({ name, type, emailTrust, people: role, instance }) => {
    const createSandbox = sandboxes.get(type);
    if (createSandbox === undefined) throw new Error(`no sandbox speaks ${type}`);
    const sandbox = createSandbox(instance);
    sandboxOf.set(name, sandbox);
    const baseUrl = `${placeholderOrigin}${sandbox.basePath}`;
    return { name, type, baseUrl, ...sandbox.settings, emailTrust, people: role, sync: { every: '1d' } };
  });
  const { managedDomains } = company;
  const yaml = stringify({ listen: { host: '127.0.0.1', port: 0 }, store, managedDomains, services: entries });
  const config = parseConfig(yaml, configName, { adapters, environment: {} });
  mkdirSync(store, { recursive: true });
  const connection = await openStore(store);
  // Whatever is lost is filled again.
  await sql`pragma synchronous = off`.execute(connection.write);
  const services = config.services.map(({ name, type, definition, settings, emailTrust, people: role, levels, everyMs }) => {
    const sandbox = sandboxOf.get(name);
    if (sandbox === undefined) throw new Error(`nobody furnished ${name}`);
    const adapter = definition.create(settings, handOver(name, sandbox));
    return { name, type, adapter, levels, everyMs, settingsHash: 'bench', profile: toProfile(adapter, { emailTrust, people: role, managedDomains }) };
  });
  await declareServices(connection, services);
  const outcomes = await createScheduler({ store: connection, now: Date.now, services }).once();
  await connection.close();
  for (const [name, outcome] of outcomes) if (outcome.kind !== 'sealed') throw new Error(`${name}: ${JSON.stringify(outcome)}`);
  writeFileSync(join(store, configName), yaml);
}

/** Asks a sandbox without a socket. */
function handOver(service: string, sandbox: Sandbox): Http {
  const base = parseBaseUrl(service, `${placeholderOrigin}${sandbox.basePath}`, false);
  return {
    request(request) {
      const { label, method, target, headers, body } = prepareRequest(service, base, request);
      const { pathname, searchParams } = new URL(target, base.origin);
      const path = pathname.slice(sandbox.basePath.length);
      const answer = sandbox.handle({ method, path, query: searchParams, headers, body: body ?? '' });
      return Promise.resolve(createResponse(label, answer.status, headersOf(answer), bytesOf(answer)));
    },
  };
}

function headersOf({ headers = {}, body }: SandboxResponse): Readonly<Record<string, string>> {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return typeof body === 'object' && body !== null ? { 'content-type': 'application/json', ...lower } : lower;
}

const bytesOf = ({ body }: SandboxResponse): Buffer => Buffer.from(typeof body === 'string' ? body : body === null ? '' : JSON.stringify(body));

if (import.meta.main) {
  const [folder, people] = process.argv.slice(2);
  if (folder === undefined) throw new Error('name a folder');
  await fill(folder, Number(people ?? 10_000));
}
