import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSlackSandbox } from '../../adapters/slack/sandbox.ts';
import { serveSandbox, type SandboxServer } from '../../src/sandbox/serve.ts';
import { slackInstance } from '../sync/support.ts';
import { launch as launchIn, run as runIn, type Ended, type Launched } from './support.ts';

const token = 'xoxb-quite-another-secret';

let server: SandboxServer;
let folder: string;
let good: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  const sandbox = createSlackSandbox(slackInstance(30));
  server = await serveSandbox(sandbox);
  folder = await mkdtemp(join(tmpdir(), 'rollcall-cli-'));
  good = { name: 'chat', type: 'slack', baseUrl: server.baseUrl, ...sandbox.settings };
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const launch = (words: readonly string[], environment?: Readonly<Record<string, string>>): Launched => launchIn(words, { cwd: folder, environment });
const run = (words: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Ended> => runIn(words, { cwd: folder, environment });

let configs = 0;
async function configured(...services: readonly object[]): Promise<string> {
  const file = join(folder, `config-${(configs += 1)}.yaml`);
  await writeFile(file, JSON.stringify({ listen: { port: 0 }, store: `./store-${configs}`, services }));
  return file;
}

async function ask(url: string, query: string): Promise<{ data: Record<string, unknown>; errors?: unknown }> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }) });
  return (await response.json()) as { data: Record<string, unknown> };
}

interface Answer {
  readonly user: {
    readonly displayName: string;
    readonly identities: readonly { readonly service: { readonly type: string; readonly serviceId: string } }[];
  };
}

describe('the demo', { timeout: 60_000 }, () => {
  it('starts without any configuration, and its three examples answer as pasted', async () => {
    const demo = launch([], { PORT: '0' });
    const [, url] = await demo.says(/GraphiQL with these examples: (http:\S+)/);
    const output = demo.output();
    expect(output).toMatch(/Found \d+ people and bots behind \d+ identities: \d+ linked, \d+ cases/);
    const examples = output
      .split(/^# .*$/m)
      .slice(1)
      .map((text) => text.slice(0, text.indexOf('\n}') + 2));
    expect(examples).toHaveLength(3);
    const answers = [];
    for (const example of examples) answers.push(await ask(url ?? '', example));
    for (const answer of answers) expect(answer.errors).toBeUndefined();
    const { user } = (answers[0]?.data ?? {}) as unknown as Answer;
    const services = new Set(user.identities.map(({ service }) => `${service.type} ${service.serviceId}`));
    expect([...services].filter((service) => service.startsWith('slack'))).toHaveLength(2);
    expect([...services].map((service) => service.split(' ')[0])).toEqual(expect.arrayContaining(['sym', 'pagerduty']));
    expect(Object.values(answers[1]?.data ?? {})).toMatchObject([{ nodes: expect.arrayContaining([expect.anything()]) }]);
    expect((await fetch(new URL('/ready', url))).status).toBe(200);
    expect((await fetch(new URL('/live', url))).status).toBe(200);
    demo.child.kill('SIGTERM');
    expect(await demo.end).toBe(0);
  });
});

describe('what cannot run says why and ends', { timeout: 30_000 }, () => {
  it('a configuration that is not there', async () => {
    expect(await run(['start', '--config', 'nowhere.yaml'])).toMatchObject({
      code: 2,
      output: expect.stringMatching(/nowhere\.yaml:1:1: there is no such file/),
    });
  });

  it('broken YAML', async () => {
    await writeFile(join(folder, 'broken.yaml'), 'services: [');
    expect(await run(['start', '--config', 'broken.yaml'])).toMatchObject({
      code: 2,
      output: expect.stringMatching(/broken\.yaml:\d+:\d+: this is not valid YAML/),
    });
  });

  it('an unknown command', async () => {
    expect(await run(['strat'])).toMatchObject({ code: 2, output: expect.stringMatching(/unknown command|too many arguments/) });
  });

  it('a port that is taken', async () => {
    await using holder = createServer();
    await once(holder.listen(0, '127.0.0.1'), 'listening');
    const { port } = holder.address() as { port: number };
    expect(await run(['start', '--config', await configured(good)], { PORT: String(port) })).toMatchObject({
      code: 1,
      output: expect.stringMatching(/port \d+ is taken: set PORT/),
    });
  });

  it('a port that is none', async () => {
    expect(await run(['start', '--config', await configured(good)], { PORT: 'http' })).toMatchObject({
      code: 2,
      output: expect.stringMatching(/PORT must be a whole number/),
    });
  });

  it('an address beyond this machine, for there are no keys', async () => {
    await writeFile(join(folder, 'open.yaml'), JSON.stringify({ listen: { host: '0.0.0.0' }, services: [good] }));
    expect(await run(['start', '--config', 'open.yaml'])).toMatchObject({
      code: 2,
      output: expect.stringMatching(/only 127\.0\.0\.1, ::1 or localhost/),
    });
  });

  it('a name of a service that is not configured', async () => {
    expect(await run(['sync', '--config', await configured(good), 'chad'])).toMatchObject({
      code: 2,
      output: expect.stringMatching(/no service is named "chad"; did you mean "chat"\?/),
    });
  });
});

describe('a service that cannot be read', { timeout: 30_000 }, () => {
  const cases: readonly [what: string, service: () => object, message: RegExp][] = [
    ['a wrong token', () => ({ ...good, name: 'other', credentials: { token } }), /other: .*invalid_auth/],
    [
      'a wrong base address',
      () => ({ ...good, name: 'other', baseUrl: `${server.baseUrl}/nowhere` }),
      /other: .*unknown_method.*is the base address right\?/,
    ],
    ['nobody listening', () => ({ ...good, name: 'other', baseUrl: 'http://127.0.0.1:1/api' }), /other: .*no connection \(ECONNREFUSED\)/],
  ];
  it.each(cases)('%s is told in one message, without the secret, and stops no other service', async (_, service, message) => {
    const { code, output } = await run(['sync', '--config', await configured(good, service())]);
    expect(code).toBe(1);
    expect(output).toMatch(message);
    expect(output.split('\n').filter((line) => line.startsWith('other:'))).toHaveLength(1);
    expect(output).toMatch(/^chat: \d+ records changed/m);
    expect(output).not.toContain(token);
  });

  it('does not stop the others from being read again and again', async () => {
    const running = launch(['sync', '--watch', '--config', await configured(good, { ...good, name: 'other', credentials: { token } })]);
    await running.says(/^\S+Z {2}chat {3}\d+ records changed/m);
    await running.says(/^\S+Z {2}other {2}failed: .*invalid_auth.*; again in \d+ s$/m);
    running.child.kill('SIGTERM');
    expect(await running.end).toBe(0);
    expect(running.output()).not.toContain('\u001B');
    expect(running.output()).not.toContain(token);
  });

  it('is named by coverage while the others answer', async () => {
    const running = launch(['start', '--config', await configured(good, { ...good, name: 'other', credentials: { token } })]);
    const [, url] = await running.says(/Rollcall answers at (\S+)/);
    await running.says(/"service":"other"[^\n]*invalid_auth/);
    await running.says(/"linked"/);
    const { data } = await ask(
      url ?? '',
      '{ services { name: displayName coverage { state issue { code } } } users(first: 1) { nodes { displayName } coverage { state } } }',
    );
    expect(data['services']).toEqual([
      expect.objectContaining({ coverage: { state: 'COMPLETE', issue: null } }),
      { name: 'other', coverage: { state: 'DENIED', issue: { code: 'SERVICE_AUTH_FAILED' } } },
    ]);
    expect(data['users']).toMatchObject({ nodes: [expect.anything()] });
    expect(running.output()).not.toContain(token);
    running.child.kill('SIGTERM');
    expect(await running.end).toBe(0);
  });
});
