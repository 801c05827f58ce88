import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSlackSandbox } from '../../adapters/slack/sandbox.ts';
import { serveSandbox, type SandboxServer } from '../../src/sandbox/serve.ts';
import { openStore } from '../../src/store/open.ts';
import { openRev } from '../../src/store/tables.ts';
import { slackInstance } from '../sync/support.ts';

const people = 1200;
const pageSize = 10;
const kills = 100;
const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

let server: SandboxServer;
let folder: string;

beforeAll(async () => {
  const sandbox = createSlackSandbox(slackInstance(people), { maxPageSize: pageSize });
  server = await serveSandbox(sandbox);
  folder = await mkdtemp(join(tmpdir(), 'rollcall-kill-'));
  for (const name of ['killed', 'whole']) {
    const settings = { store: `./${name}`, services: [{ name: 'chat', type: 'slack', baseUrl: server.baseUrl, ...sandbox.settings }] };
    await writeFile(join(folder, `${name}.yaml`), JSON.stringify(settings));
  }
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const start = (name: string): ChildProcess =>
  spawn(process.execPath, [main, 'sync', '--config', join(folder, `${name}.yaml`)], { stdio: 'ignore', env: { PATH: process.env['PATH'] } });

const pagesServed = (): number => server.calls.filter(({ path, status }) => path.includes('users.list') && status === 200).length;

async function finish(name: string): Promise<number | null> {
  const [code] = (await once(start(name), 'exit')) as [number | null];
  return code;
}

/** Gives up when a process ended without getting so far: then nothing is left to wait for. */
async function until(holds: () => boolean, exited: () => boolean): Promise<void> {
  while (!holds() && !exited()) await sleep(1);
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

it(`loses nothing when the process is killed at ${kills} points of a sync`, { timeout: 240_000 }, async () => {
  let landed = 0;
  for (let round = 0; round < kills; round += 1) {
    const child = start('killed');
    const exit = once(child, 'exit');
    // The points walk through the pages, and past the last one through the seal and the linking, at times spread by the golden ratio.
    const target = pagesServed() + (round % 3);
    await until(
      () => pagesServed() > target,
      () => child.exitCode !== null,
    );
    await sleep(((round * 0.618) % 1) * 40);
    if (child.exitCode === null) landed += 1;
    child.kill('SIGKILL');
    await exit;
  }
  expect(await finish('killed')).toBe(0);
  expect(landed).toBeGreaterThanOrEqual(kills / 2);
  expect(await finish('whole')).toBe(0);
  expect(await content('killed')).toEqual(await content('whole'));
});
