import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeMentions } from '../../adapters/ftrack/merge.ts';
import { hasAddress, isOneOf, quote } from '../../adapters/ftrack/query.ts';
import { parseQuery } from '../../adapters/ftrack/sandbox-query.ts';
import { schemasOf } from '../../adapters/ftrack/sandbox-schema.ts';
import { altered, asked, group, only, person, readAll, signal, start, studio } from './ftrack-harness.ts';

const schemas = schemasOf('today');
const where = (condition: string) => parseQuery(`select id from User where ${condition} order by id limit 500 offset 0`, schemas).where;
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('"', "'", '\\', '\n', '\r', '\0', '%', '_', ' ', '(', ')', ',', 'or', ' id ', 'like', 'none', '\ud800', '日') }),
);

describe('a value in a query', () => {
  test('is exactly that literal to a strict parser, whatever it holds', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(where(`username is ${quote(text)}`)).toMatchObject({ kind: 'compare', operator: 'is', value: text });
      }),
      { numRuns: 2_000 },
    );
  });

  test('stays alone in a list and in a condition of several parts', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 5 }), (texts) => {
        expect(where(isOneOf('id', texts))).toMatchObject({ kind: 'in', not: false, values: texts });
        const [address = ''] = texts;
        const condition = where(hasAddress(address)) ?? expect.fail('no condition');
        const parts = condition.kind === 'or' ? condition.parts : [condition];
        expect(parts).toHaveLength(/[%\\]/.test(address) ? 1 : 2);
        expect(parts[0]).toMatchObject({ kind: 'in', path: { attribute: 'email' }, values: expect.arrayContaining([address]) });
        if (parts.length === 2) expect(parts[1]).toMatchObject({ kind: 'compare', operator: 'like', value: address });
      }),
      { numRuns: 500 },
    );
  });
});

describe('getIdentities', () => {
  test('answers by id: unknown ones are absent, doubles and order do not matter, hostile ids find nobody', async () => {
    const { server, adapter } = await start(
      studio(
        ['u1', 'u2', 'u3'].map((id) => person(id)),
        { groups: [group('g1', ['u2'])] },
      ),
    );
    const injections = ['" or id like "%', String.raw`\" or id like \"%`, 'u1\\', "u1' or 'a' is 'a", '__proto__', '\ud800'];
    const found = await adapter.getIdentities(['u2', 'nobody', '', 'u1', 'u2', 'U3', ...injections], signal);
    expect([...found.keys()].toSorted()).toEqual(['u1', 'u2']);
    expect(found.get('u2')).toMatchObject({ identity: { externalId: 'u2' }, alongside: [{ kind: 'membership', group: 'g1' }] });
    expect(server.calls).toHaveLength(2);
    expect(server.calls.every(({ status }) => status === 200)).toBe(true);
  });

  test('finds an account whose own id is hostile', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (id) => {
        fc.pre(id !== '');
        const { adapter } = await start(studio([person(id), person('u1')]));
        expect([...(await adapter.getIdentities([id], signal)).keys()]).toEqual([id]);
      }),
      { numRuns: 15 },
    );
  });

  test('asks for many in chunks of 200 in one request, and reads the pages that the service cuts', async () => {
    const ids = Array.from({ length: 450 }, (_, at) => `u${at}`);
    const { server, adapter } = await start(studio(ids.map((id) => person(id))), { maxPageSize: 150 });
    expect((await adapter.getIdentities(ids, signal)).size).toBe(450);
    expect(asked(server).map((queries) => queries.length)).toEqual([2, 3, 2]);
  });

  test('never takes another account for the one that was asked for', async () => {
    const { server, adapter } = await start(studio([person('u1')]));
    await adapter.describe(signal);
    server.play([{ name: 'loose', effect: altered((user) => ({ ...user, id: 'U1' })) }]);
    expect((await adapter.getIdentities(['u1'], signal)).size).toBe(0);
  });

  test('asks nothing for nothing', async () => {
    const { server, adapter } = await start(studio([]));
    expect((await adapter.getIdentities([], signal)).size).toBe(0);
    expect((await adapter.getIdentities([''], signal)).size).toBe(0);
    expect(server.calls).toHaveLength(0);
  });
});

describe('findByEmail', () => {
  const accounts = [
    person('u1', { email: 'Ann.Lee@Example.com' }),
    person('u2', { email: 'ann.lee@example.com' }),
    person('u3', { email: 'annxlee@example.com' }),
    person('u4', { email: 'mi\u212ae@example.com' }),
    person('u5', { email: 'a_b%"c\\@example.com' }),
  ];

  test.each([
    ['ann.lee@example.com', ['u1', 'u2']],
    ['ANN.LEE@EXAMPLE.COM', ['u1', 'u2']],
    ['ann_lee@example.com', []],
    ['mike@example.com', []],
    ['mi\u212ae@example.com', ['u4']],
    ['a_b%"c\\@example.com', ['u5']],
    ['%', []],
    ['" or email like "%', []],
    ['nobody@example.com', []],
  ])('finds for %s %j', async (address, ids) => {
    const { adapter } = await start(studio(accounts));
    const found = await adapter.findByEmail?.(address, signal);
    expect(found?.map(({ identity }) => identity.externalId).toSorted()).toEqual(ids);
  });

  test('an empty address is nobody and no call', async () => {
    const { server, adapter } = await start(studio([person('u1', { email: undefined })]));
    expect(await adapter.findByEmail?.('', signal)).toEqual([]);
    expect(server.calls).toHaveLength(0);
  });
});

describe('an entity that is written out once in a reply', () => {
  test('has all its attributes wherever it is mentioned', () => {
    const role = { __entity_type__: 'SecurityRole', id: 'r1' };
    const reply = [
      { data: [{ __entity_type__: 'User', id: 'u1', role: { ...role, name: 'Lead' }, friend: { __entity_type__: 'User', id: 'u2' } }] },
      {
        data: [{ __entity_type__: 'User', id: 'u2', role: { ...role } }, { ...role, type: 'API' }, { __entity_type__: 'Group', id: 'r1' }, null, 'x'],
      },
    ];
    mergeMentions(reply);
    const whole = { ...role, name: 'Lead', type: 'API' };
    expect(reply).toEqual([
      { data: [{ __entity_type__: 'User', id: 'u1', role: whole, friend: { __entity_type__: 'User', id: 'u2', role: whole } }] },
      { data: [{ __entity_type__: 'User', id: 'u2', role: whole }, whole, { __entity_type__: 'Group', id: 'r1' }, null, 'x'] },
    ]);
  });

  test('is whole for every user of a page: the type of account that many share is sent once', async () => {
    const { server, adapter } = await start(studio(['u1', 'u2', 'u3'].map((id) => person(id, { kind: 'BOT' }))));
    let sent = '';
    await adapter.describe(signal);
    server.play([{ name: 'look', effect: { alter: (response) => ((sent = JSON.stringify(response.body)), response) } }]);
    expect(only(await readUsers(adapter), 'identity').map(({ accountKind }) => accountKind)).toEqual(['SERVICE', 'SERVICE', 'SERVICE']);
    expect(sent.match(/"name":"service"/g)).toHaveLength(1);
  });
});

async function readUsers(adapter: Parameters<typeof readAll>[0]) {
  return readAll({ ...adapter, listings: adapter.listings.filter(({ name }) => name === 'users') });
}
