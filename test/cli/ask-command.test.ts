import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDirectory } from '../../src/directory/directory.ts';
import { createServer, type Server } from '../../src/server/server.ts';
import { openStore, type StoreConnection } from '../../src/store/open.ts';
import { ann, small } from '../graphql/support.ts';
import { createRecorder, idle, idleDesk } from '../server/support.ts';
import { fillStore } from '../store/fixture.ts';
import { launch, run, type Ended } from './support.ts';

let folder: string;
let store: StoreConnection;
let server: Server;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-ask-command-'));
  store = await openStore(join(folder, 'store'));
  for (const filling of small) await fillStore(store, filling);
  const directory = createDirectory(store, { now: Date.now, managedDomains: [] });
  server = createServer({ directory, operator: idle, desk: idleDesk, ready: () => ({ ready: true, detail: [] }), log: createRecorder().log });
  ({ url } = await server.listen('127.0.0.1', 0));
});

afterAll(async () => {
  await server.close();
  await store.close();
  await rm(folder, { recursive: true });
});

const ask = (...words: readonly string[]): Promise<Ended> => run(words, { cwd: folder });

describe('a question on the command line', { timeout: 30_000 }, () => {
  it('is answered alike by a store and by a server, with warnings beside the answer', async () => {
    const [fromStore, fromServer] = await Promise.all([
      ask('--store', 'store', 'whois', 'slack:T1/U1', '-o', 'json'),
      ask('whois', 'slack:T1/U1', '--output', 'json', '--url', url),
    ]);
    expect(fromStore).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^warning: Segment \(segment\) is FAILED: nothing of it is known; segment: no connection$/m),
    });
    expect(JSON.parse(fromStore.stdout)).toMatchObject({
      user: { id: ann },
      accounts: expect.arrayContaining([expect.objectContaining({ externalId: 'U1' })]),
    });
    expect(fromServer).toMatchObject({ code: 0, stdout: fromStore.stdout, stderr: fromStore.stderr });
  });

  it('is answered without colour where nobody watches', async () => {
    const { code, stdout } = await ask('report', 'admins', '--url', url);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^SERVICE +ACCOUNT.*\nslack:T1 +Ann/);
    expect(stdout).not.toContain('\u001B');
  });

  it('ends in peace when nobody reads on', async () => {
    const running = launch(['report', 'admins', '--url', url, '-o', 'ndjson'], { cwd: folder });
    running.child.stdout?.destroy();
    expect(await running.end).toBe(0);
    expect(running.stderr()).not.toContain('EPIPE');
  });

  it('says by its exit code what went wrong', async () => {
    const asked: readonly (readonly [number, RegExp, readonly string[]])[] = [
      [3, /^rollcall: nobody is known as "nobody"/m, ['whois', 'nobody', '--url', url]],
      [1, /no server answers at http:\/\/127\.0\.0\.1:9/, ['links', 'review', '--url', 'http://127.0.0.1:9']],
      [2, /give one of them/, ['links', 'review', '--url', url, '--store', 'store']],
      [2, /Allowed choices are admins, orphans/, ['report', 'admin', '--url', url]],
      [2, /sync takes no --output/, ['sync', '-o', 'json']],
    ];
    for (const [code, message, words] of asked) {
      expect(await ask(...words)).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
    }
  });
});
