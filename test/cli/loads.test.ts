import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSlackSandbox } from '../../adapters/slack/sandbox.ts';
import { serveSandbox, type SandboxServer } from '../../src/sandbox/serve.ts';
import { slackInstance } from '../sync/support.ts';
import { launch } from './support.ts';

let server: SandboxServer;
let folder: string;

beforeAll(async () => {
  const sandbox = createSlackSandbox(slackInstance(30));
  server = await serveSandbox(sandbox);
  folder = await mkdtemp(join(tmpdir(), 'rollcall-loads-'));
  const services = [{ name: 'chat', type: 'slack', baseUrl: server.baseUrl, ...sandbox.settings }];
  await writeFile(join(folder, 'rollcall.yaml'), JSON.stringify({ listen: { port: 0 }, store: './store', services }));
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

// docs/decisions/0015-what-a-start-loads.md
test('the first answer waits for nothing that it does not need', { timeout: 60_000 }, async () => {
  const hook = new URL('tell-loads.mjs', import.meta.url).href;
  const gateway = launch(['start'], { cwd: folder, environment: { NODE_OPTIONS: `--import ${hook}` } });
  const [, url = ''] = await gateway.says(/answers at (\S+)/);
  const ask = async (): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query: '{ users(first: 1) { nodes { id } } }' }) });
    expect(await response.json()).not.toHaveProperty('errors');
  };
  const loaded = (part: RegExp): readonly string[] =>
    [...gateway.output().matchAll(/^loads (.*)$/gm)].flatMap(([, module = '']) => (part.test(module) ? [module] : []));

  await ask();
  expect(loaded(/\/adapters\/slack\/index\.ts$/)).toHaveLength(1);
  expect(loaded(/\/graphql-yoga\/cjs\/index\.js$/)).toHaveLength(1);
  expect(loaded(/\/graphql-yoga\/esm\//)).toEqual([]);
  expect(loaded(/\/adapters\/\w+\/(?:adapter|client|map)\.ts$|sandbox|\/undici\/|\/graphql-jit\//)).toEqual([]);
  await ask();
  await ask();
  expect(loaded(/\/graphql-jit\//)).not.toEqual([]);
  gateway.child.kill('SIGTERM');
  expect(await gateway.end).toBe(0);
});
