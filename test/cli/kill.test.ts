import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSlackSandbox } from '../../adapters/slack/sandbox.ts';
import { serveSandbox, type SandboxServer } from '../../src/sandbox/serve.ts';
import { readLinkedRevision } from '../../src/store/linking/context.ts';
import { openStore, type StoreConnection } from '../../src/store/open.ts';
import { openRev } from '../../src/store/tables.ts';
import { slackInstance } from '../sync/support.ts';
import { launch, type Launched } from './support.ts';

const people = 600;
const pageSize = 10;
const kills = 100;
const phases = ['reading', 'seal', 'linking'] as const;

let server: SandboxServer;
let called = Promise.withResolvers<void>();
let folder: string;
let service: object;

beforeAll(async () => {
  const sandbox = createSlackSandbox(slackInstance(people), { maxPageSize: pageSize });
  server = await serveSandbox({
    ...sandbox,
    handle(request) {
      called.resolve();
      return sandbox.handle(request);
    },
  });
  folder = await mkdtemp(join(tmpdir(), 'rollcall-kill-'));
  service = { name: 'chat', type: 'slack', baseUrl: server.baseUrl, ...sandbox.settings };
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Reads into the store of this name. Resolves with the first call, which a process makes when it is up. */
async function start(name: string): Promise<Launched> {
  const config = `${name}.yaml`;
  await writeFile(join(folder, config), JSON.stringify({ store: `./${name}`, services: [service] }));
  called = Promise.withResolvers();
  const process = launch(['sync', '--config', config], { cwd: folder });
  await Promise.race([called.promise, process.end]);
  return process;
}

/** To the end. @returns how long it took from the first call on, in ms. */
async function finish(name: string): Promise<number> {
  const process = await start(name);
  const started = performance.now();
  expect(await process.end, process.output()).toBe(0);
  return performance.now() - started;
}

/** Everything a reader can see, in a form that two stores can be compared by; ids that are minted at random are left out. */
async function content(name: string): Promise<unknown> {
  const store = await openStore(join(folder, name));
  try {
    const rows = async (table: 'identity' | 'access_grant' | 'role' | 'scope') =>
      store.read.selectFrom(table).select(['key', 'hash']).where('to_rev', '=', openRev).orderBy('key').execute();
    const links = await store.read.selectFrom('link').select(['key', 'state', 'rule']).where('to_rev', '=', openRev).orderBy('key').execute();
    const names = await store.read.selectFrom('person').select('display_name').where('to_rev', '=', openRev).orderBy('sort_name').execute();
    return {
      identity: await rows('identity'),
      grants: await rows('access_grant'),
      roles: await rows('role'),
      scopes: await rows('scope'),
      links,
      names,
    };
  } finally {
    await store.close();
  }
}

/** What the kill cut short. It looks at a copy: the next process finds the files as the kill left them. */
async function cutShort(name: string): Promise<Phase | undefined> {
  const copy = join(folder, 'copy');
  await rm(copy, { recursive: true, force: true });
  await cp(join(folder, name), copy, { recursive: true });
  const store = await openStore(copy, { readOnly: true });
  try {
    return await phase(store);
  } finally {
    await store.close();
  }
}

type Phase = (typeof phases)[number];

async function phase({ read }: StoreConnection): Promise<Phase | undefined> {
  const { sealed_rev: sealed } = await read.selectFrom('service').select('sealed_rev').executeTakeFirstOrThrow();
  if (sealed !== null) return (await readLinkedRevision(read)) < sealed ? 'linking' : undefined;
  const listings = await read.selectFrom('sync_listing').select('done').execute();
  return listings.length > 0 && listings.every(({ done }) => done === 1) ? 'seal' : 'reading';
}

it(`loses nothing when the process is killed at ${kills} points of a sync`, { timeout: 480_000 }, async () => {
  // First, for a process that is killed leaves no compiled modules to those that follow.
  const wholeMs = await finish('whole');
  const whole = await content('whole');
  const cut = new Set<Phase | undefined>();
  let landed = 0;
  const enough = (): boolean => landed >= kills && phases.every((each) => cut.has(each));
  for (let stores = 1; !enough(); stores += 1) {
    const name = `killed-${stores}`;
    for (let processes = 1; ; processes += 1) {
      const process = await start(name);
      // Spread by the square root of two over what a whole sync takes: the first over its beginning, and ever later until the store is done.
      const point = ((landed * Math.SQRT2) % 1) * wholeMs * (processes / 8);
      await Promise.race([process.end, sleep(point)]);
      if (!enough()) process.child.kill('SIGKILL');
      const code = await process.end;
      if (code !== null) {
        expect(code, process.output()).toBe(0);
        break;
      }
      landed += 1;
      cut.add(await cutShort(name));
    }
    expect(await content(name)).toEqual(whole);
  }
});
