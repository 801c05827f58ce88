import { describe, expect, test } from 'vitest';
import { codesOf } from '../server/support.ts';
import { minute, now, share, small, startFilled } from './support.ts';

const bench = share(small);
const ask = (field: string, freshness: string) => bench().ask(`{ ${field.replace('FRESH', `freshness: { ${freshness} }`)} }`);

describe('without anybody who asks services', () => {
  // Read five minutes ago.
  const group = 'group(service: { type: "slack", serviceId: "T1" }, externalId: "g1", FRESH) { origin stale }';
  const user =
    'user(by: { identity: { service: "slack", serviceId: "T1", externalId: "U1" } }, FRESH) { identity(service: "slack") { origin stale } }';
  const stranger = 'identity(by: { service: "slack", serviceId: "T1", externalId: "U404" }, FRESH) { origin }';

  test('records are answered with their age', async () => {
    for (const onMiss of ['FETCH', 'STALE']) {
      expect((await ask(group, `maxAge: "1m", onMiss: ${onMiss}`)).body).toEqual({ data: { group: { origin: 'INDEX', stale: true } } });
      expect((await ask(user, `maxAge: "1m", onMiss: ${onMiss}`)).body).toEqual({ data: { user: { identity: { origin: 'INDEX', stale: true } } } });
    }
    expect((await ask(group, 'maxAge: "10m", onMiss: FAIL')).body).toEqual({ data: { group: { origin: 'INDEX', stale: false } } });
    expect((await ask(user, 'onMiss: FAIL')).body).toEqual({ data: { user: { identity: { origin: 'INDEX', stale: false } } } });
  });

  test('whoever wants nothing older, or what nobody knows, gets an error', async () => {
    for (const [field, freshness] of [
      [group, 'maxAge: "1m", onMiss: FAIL'],
      [user, 'maxAge: "1m", onMiss: FAIL'],
      [stranger, 'onMiss: FETCH'],
    ] as const) {
      const reply = await ask(field, freshness);
      expect(codesOf(reply)).toEqual(['SERVICE_UNSUPPORTED']);
      expect(Object.values(reply.body.data as object)).toEqual([null]);
    }
  });

  // Of the service that was read five minutes ago.
  const chat = '{ type: "slack", serviceId: "T1" }';
  const lists = [
    `users(filter: { services: [${chat}] }, FRESH) { edges { node { identity(service: "slack", serviceId: "T1") { stale } } } }`,
    `groups(service: ${chat}, FRESH) { edges { node { stale } } }`,
    `grants(filter: { services: [${chat}] }, FRESH) { edges { node { stale } } }`,
    `effectiveAccess(filter: { services: [${chat}] }, FRESH) { edges { node { paths(first: 1) { hops { identity { stale } } } } } }`,
    `roleReport(filter: { services: [${chat}] }, FRESH) { rows { edges { node { identity { stale } } } } }`,
  ];

  test.each(lists)('a list is answered with its age, or not at all: %s', async (list) => {
    for (const [freshness, stale] of [
      ['maxAge: "1m"', true],
      ['maxAge: "1m", onMiss: STALE', true],
      ['maxAge: "10m", onMiss: FAIL', false],
      ['onMiss: FAIL', false],
    ] as const) {
      const { body } = await ask(list, freshness);
      expect(body.errors).toBeUndefined();
      const told = JSON.stringify(body.data);
      expect(told).toContain(`"stale":${stale}`);
      expect(told).not.toContain(`"stale":${!stale}`);
    }
    const { body } = await ask(list, 'maxAge: "1m", onMiss: FAIL');
    expect(body.errors?.map(({ extensions, path }) => [extensions['code'], extensions['asOf'], path])).toEqual([
      ['SERVICE_UNSUPPORTED', new Date(now - 5 * minute).toISOString(), [/^\w+/.exec(list)?.[0]]],
    ]);
  });

  test('a list that lacks a service says why to whoever would rather have none', async () => {
    const all = 'grants(FRESH) { edges { node { id } } }';
    expect(codesOf(await ask(all, 'onMiss: FAIL'))).toEqual(['SERVICE_UNREACHABLE']);
    expect((await ask(all, 'onMiss: FETCH')).body.errors).toBeUndefined();
    await using bench = await startFilled([...small, { services: [{ name: 'unread', type: 'waii' }] }]);
    const unread = '{ grants(filter: { services: [{ type: "waii" }] }, freshness: { onMiss: FAIL }) { edges { node { id } } } }';
    expect(codesOf(await bench.ask(unread))).toEqual(['SERVICE_NEVER_SYNCED']);
  });

  const nobody = 'user(by: { email: "nobody@acme.example" }, FRESH) { id }';

  test('an address that no service could be asked about is nobody’s, unless whoever asks would rather fail', async () => {
    for (const freshness of ['maxAge: "1m"', 'maxAge: "1m", onMiss: STALE']) {
      expect((await ask(nobody, freshness)).body).toEqual({ data: { user: null } });
    }
    const { body } = await ask(nobody, 'maxAge: "1m", onMiss: FAIL');
    expect(body.errors?.map(({ extensions }) => [extensions['code'], extensions['service']])).toEqual([
      ['SERVICE_UNSUPPORTED', { type: 'slack', serviceId: 'T1' }],
    ]);
  });

  test('an address that a service could be asked about is not known to be nobody’s', async () => {
    const searchable = small.map((filling) => ({
      ...filling,
      ...(filling.services && { services: filling.services.map((each) => ({ ...each, profile: { ...each.profile, findByEmail: true } })) }),
    }));
    await using bench = await startFilled(searchable);
    expect(codesOf(await bench.ask(`{ ${nobody.replace('FRESH', 'freshness: {}')} }`))).toEqual(['SERVICE_UNSUPPORTED']);
    expect((await bench.ask(`{ ${nobody.replace('FRESH', 'freshness: { onMiss: STALE }')} }`)).body).toEqual({ data: { user: null } });
  });

  test('wrong arguments are told once, where they are', async () => {
    const reply = await ask('user(by: { identity: { service: "slak", externalId: "U1" } }, FRESH) { id }', 'maxAge: "1m"');
    expect(codesOf(reply)).toEqual(['BAD_USER_INPUT']);
    expect(codesOf(await ask(group, 'maxAge: "soon"'))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });
});
