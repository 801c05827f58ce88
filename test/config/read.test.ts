import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adapters } from '../../adapters/index.ts';
import type { Config } from '../../src/config/config.ts';
import { ConfigError } from '../../src/config/problems.ts';
import { parseConfig, readConfig } from '../../src/config/read.ts';

const secret = 'xoxb-very-secret';
const environment = { SLACK_TOKEN: secret, EMPTY: '' };
const parse = (text: string): Config => parseConfig(text, 'rollcall.yaml', { adapters, environment });

function problemsOf(text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

const whole = `
listen: { host: 127.0.0.1, port: 4000 }
store: ./data
managedDomains: [Acme.example, acme.co]
services:
  - name: slack-main
    type: slack
    baseUrl: http://127.0.0.1:4801/api
    credentials: { token: "\${SLACK_TOKEN}" }
    emailTrust: VERIFIED_ONLY
    people: source
    levels: { admin: OWNER }
    sync: { every: 30s }
`;

describe('a configuration', () => {
  it('is read whole, with secrets from the environment', () => {
    const config = parse(whole);
    expect(config).toMatchObject({ listen: { host: '127.0.0.1', port: 4000 }, managedDomains: ['acme.example', 'acme.co'], warnings: [] });
    expect(config.store).toMatch(/^\/.*\/data$/);
    expect(config.services).toMatchObject([
      { name: 'slack-main', type: 'slack', emailTrust: 'VERIFIED_ONLY', people: 'source', levels: { admin: 'OWNER' }, everyMs: 30_000 },
    ]);
    expect(config.services[0]?.settings).toMatchObject({ baseUrl: 'http://127.0.0.1:4801/api', credentials: { token: secret } });
  });

  it('needs little: the rest has defaults', () => {
    const config = parse('services: [{ name: chat, type: slack, credentials: { token: "${SLACK_TOKEN}" } }]');
    expect(config).toMatchObject({ listen: { host: '127.0.0.1', port: 4000 }, managedDomains: [] });
    expect(config.services[0]).toMatchObject({ everyMs: 900_000, emailTrust: 'VERIFIED_ONLY', people: 'source' });
    expect(config.services[0]?.settings).toMatchObject({ baseUrl: 'https://slack.com/api' });
  });

  it('takes a credential from a file beside it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-config-'));
    writeFileSync(join(folder, 'token'), `${secret}\n`);
    writeFileSync(join(folder, 'rollcall.yaml'), 'services: [{ name: chat, type: slack, credentials: { token: "file:token" } }]');
    expect(readConfig(join(folder, 'rollcall.yaml'), { adapters, environment }).services[0]?.settings).toMatchObject({
      credentials: { token: secret },
    });
  });

  it('warns of a credential that stands in it, without repeating it', () => {
    const { warnings } = parse(`services: [{ name: chat, type: slack, credentials: { token: ${secret} } }]`);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^rollcall\.yaml:1:\d+: services\[0\]\.credentials\.token stands in the file in clear/);
    expect(warnings[0]).not.toContain(secret);
  });

  it('tells every problem at once, each with its place', () => {
    const message = problemsOf(`services:
  - name: One Two
    type: slak
  - name: chat
    type: slack
    credentials: { tokn: "\${SLACK_TOKEN}" }
    emailTrust: VERIFIED
`);
    expect(message.split('\n').filter((line) => line.startsWith('rollcall.yaml:'))).toEqual([
      expect.stringMatching(/^rollcall\.yaml:2:11: services\[0\]\.name: expected lower-case letters/),
      expect.stringMatching(/^rollcall\.yaml:3:11: services\[0\]\.type: there is no adapter for "slak"/),
      expect.stringMatching(/^rollcall\.yaml:6:\d+: services\[1\]\.credentials\.token: is missing/),
      expect.stringMatching(/^rollcall\.yaml:6:\d+: services\[1\]\.credentials\.tokn: unknown key/),
      expect.stringMatching(/^rollcall\.yaml:7:17: services\[1\]\.emailTrust: expected one of NEVER.*did you mean VERIFIED_ONLY\?/),
    ]);
  });
});

const service = (more: string): string => `services:\n  - { name: chat, type: slack, credentials: { token: "\${SLACK_TOKEN}" }${more} }`;

describe.each<[what: string, text: string, expected: RegExp]>([
  ['YAML that does not parse', 'services:\n  - name: [chat', /^rollcall\.yaml:\d+:\d+: this is not valid YAML/],
  ['a key given twice', 'store: a\nstore: b', /^rollcall\.yaml:2:1: this is not valid YAML: Map keys must be unique/],
  ['an empty file', '', /^rollcall\.yaml:1:1: services: is missing/],
  ['a list instead of a mapping', '- a', /expected an object, found a list/],
  [
    'an unknown key at the top, near a known one',
    `${service('')}\nmanagedDomain: [a.example]`,
    /rollcall\.yaml:3:1: managedDomain: unknown key\n {2}did you mean "managedDomains"\?/,
  ],
  ['an unknown key of a service, near a known one', service(', emailTrusts: NEVER'), /emailTrusts: unknown key\n {2}did you mean "emailTrust"\?/],
  [
    'an unknown key of a service, near the adapter’s own',
    service(', baseURL: https://slack.com/api'),
    /baseURL: unknown key\n {2}did you mean "baseUrl"\?/,
  ],
  [
    'an unknown adapter',
    'services: [{ name: chat, type: slakc, credentials: {} }]',
    /type: there is no adapter for "slakc"\n {2}did you mean "slack"\?/,
  ],
  ['an adapter far from any', 'services: [{ name: chat, type: zzzzzzzz }]', /known types: .*slack/],
  [
    'a variable that is not set',
    'services: [{ name: chat, type: slack, credentials: { token: "${NOT_THERE}" } }]',
    /credentials\.token: the environment variable NOT_THERE is not set/,
  ],
  [
    'a variable that is empty',
    'services: [{ name: chat, type: slack, credentials: { token: "${EMPTY}" } }]',
    /the environment variable EMPTY is empty/,
  ],
  [
    'a secret’s file that is not there',
    'services: [{ name: chat, type: slack, credentials: { token: "file:nowhere" } }]',
    /the secret's file cannot be read \(ENOENT\)/,
  ],
  ['a port that is none', `listen: { port: 70000 }\n${service('')}`, /rollcall\.yaml:1:17: listen\.port: .*65535/],
  ['a duration without a unit', service(', sync: { every: 15 }'), /sync\.every: expected a string, found a number/],
  ['a duration of another kind', service(', sync: { every: 1 fortnight }'), /sync\.every: expected a duration such as 30s/],
  ['a base address that is none', service(', baseUrl: slack'), /baseUrl: /],
  ['a level that is none', service(', levels: { x: SUPER }'), /levels\.x: expected one of NONE/],
  [
    'two services of one name',
    'services:\n  - &a { name: chat, type: slack, credentials: { token: "${SLACK_TOKEN}" } }\n  - *a',
    /services\[1\]\.name: "chat" names two services/,
  ],
  [
    'trust in every address without the word for it',
    service(', emailTrust: ALWAYS'),
    /emailTrust: ALWAYS lets whoever.*\n.*unsafeTrustAllEmails: true/,
  ],
  ['a managed domain that is an address', `managedDomains: [ann@acme.example]\n${service('')}`, /managedDomains\[0\]: expected a domain name/],
])('%s', (_, text, expected) => {
  it('is refused with its place, its cause and the next step', () => {
    const message = problemsOf(text);
    expect(message).toMatch(expected);
    expect(message).not.toContain(secret);
  });
});

it('names a file that is not there', () => {
  expect(() => readConfig('/nowhere/rollcall.yaml', { adapters, environment })).toThrow(
    /^\/nowhere\/rollcall\.yaml:1:1: there is no such file\n {2}give its path with --config/,
  );
});
