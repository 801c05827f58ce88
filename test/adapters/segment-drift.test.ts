import { describe, expect, test } from 'vitest';
import { altered, listingOf, ofKind, pagesOf, people, person, read, signal, start, workspace } from './segment-harness.ts';

const dataOf = (data: object) => ({ respond: { status: 200, body: { data } } });

describe('a strange answer', () => {
  test('costs the record without an id, and nobody else', async () => {
    await using running = await start(people('U1', 'U2', 'U3', 'U4'));
    const drift = altered(
      'users',
      (user, at) => [{ ...user, id: null }, { ...user, id: 12, shoeSize: 43 }, { ...user, name: 7, email: '' }, 'nobody'][at],
    );
    running.server.play([{ name: 'drift', match: { path: /users/ }, effect: drift }]);
    const [page] = await pagesOf(running.adapter, 'users');
    expect(page?.rejected.map(({ kind, externalId }) => [kind, externalId])).toEqual([
      ['identity', undefined],
      ['grant', undefined],
      ['identity', undefined],
      ['grant', undefined],
    ]);
    expect(JSON.stringify(page?.rejected)).not.toMatch(/nobody|Person/);
    expect(page?.records.filter(({ kind }) => kind === 'identity')).toMatchObject([
      { externalId: '12', displayName: 'Person U2' },
      { externalId: 'U3', emails: [] },
    ]);
  });

  test('full of hostile text passes as data', async () => {
    const names = ['__proto__', '\u202Eevil', '=cmd()', 'nul\u0000', 'x'.repeat(1_000_000)];
    const ids = ['__proto__', 'a/b', 'ä\u202E', 'sp ace', '%2e%2e'];
    const accounts = ids.map((id, at) => person(id, { displayName: names[at] ?? '' }));
    await using running = await start(workspace({ accounts }));
    expect((await read(running.adapter, 'users', 'identity')).map(({ externalId, displayName }) => [externalId, displayName])).toEqual(
      ids.map((id, at) => [id, names[at]]),
    );
    const found = await running.adapter.getIdentities(ids, signal);
    expect(new Map([...found].map(([id, { identity }]) => [id, identity.externalId]))).toEqual(new Map(ids.map((id) => [id, id])));
  });

  test('invites that are no addresses are turned away', async () => {
    const invite = { externalId: 'new@example.com', email: 'new@example.com', status: 'PENDING', role: 'R1' } as const;
    await using running = await start(workspace({ invites: [invite, { ...invite, email: 'old@example.com', status: 'ACCEPTED' }] }));
    expect((await pagesOf(running.adapter, 'invites'))[0]?.records).toEqual([
      { kind: 'invite', externalId: 'new@example.com', email: 'new@example.com', status: 'PENDING', grants: [] },
    ]);
    running.server.play([{ name: 'odd', effect: dataOf({ invites: ['a@example.com', '', null, {}], pagination: { current: 'MA==' } }) }]);
    const [page] = await pagesOf(running.adapter, 'invites');
    expect([page?.records.length, page?.rejected.length, page?.next]).toEqual([1, 3, null]);
  });

  test.each([
    ['no data', { users: [] }],
    ['refusals instead of data', { errors: [{ type: 'input-validation' }] }],
    ['no list', { data: { users: null, pagination: {} } }],
    ['another list', { data: { people: [], pagination: {} } }],
    ['a full page without a word about the next', { data: { users: Array.from({ length: 200 }, (_, at) => ({ id: `U${at}` })) } }],
    ['a cursor of another type', { data: { users: [], pagination: { next: { offset: 2 } } } }],
    ['a cursor beyond measure', { data: { users: [], pagination: { next: 'x'.repeat(5000) } } }],
  ])('with %s is BAD_RESPONSE', async (_, answer) => {
    await using running = await start(people('U1'));
    running.server.play([{ name: 'shape', match: { path: /users/ }, effect: { respond: { status: 200, body: answer } } }]);
    await expect(pagesOf(running.adapter, 'users')).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
  });

  test('that has no workspace names nothing', async () => {
    await using running = await start(people('U1'));
    running.server.play([{ name: 'nothing', effect: dataOf({}) }]);
    await expect(running.adapter.describe(signal)).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
  });

  test('in the versioned media type is JSON, and `next: null` is the end', async () => {
    await using running = await start(people('U1'));
    const answer = {
      status: 200,
      headers: { 'content-type': 'application/vnd.segment.v1+json' },
      body: JSON.stringify({ data: { users: [], pagination: { next: null } } }),
    };
    running.server.play([{ name: 'type', match: { path: /users/ }, effect: { respond: answer } }]);
    expect(await pagesOf(running.adapter, 'users')).toHaveLength(1);
  });

  test('whose cursor does not move is refused', async () => {
    await using running = await start(people('U1', 'U2', 'U3'), { maxPageSize: 1 });
    const stuck = dataOf({ users: [{ id: 'U2', permissions: [] }], pagination: { current: 'MQ==', next: 'MQ==' } });
    running.server.play([{ name: 'stuck', match: { path: /users/, skip: 1 }, effect: stuck }]);
    await expect(pagesOf(running.adapter, 'users')).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
  });
});

describe('page cursors', () => {
  test('that are none of ours start the listing again', async () => {
    await using running = await start(people('U1'));
    for (const { name } of running.adapter.listings) {
      for (const cursor of ['', '{}', '{"list":null,"queue":[]}', '{"list":{},"queue":[["user"]]}']) {
        await expect(listingOf(running.adapter, name).page(cursor, signal)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
      }
    }
  });

  test.each([
    [422, { type: 'input-validation', field: 'pagination.cursor' }, 'CURSOR_EXPIRED'],
    [422, { type: 'input-validation' }, 'CURSOR_EXPIRED'],
    [410, {}, 'CURSOR_EXPIRED'],
    [422, { type: 'input-validation', field: 'userId' }, 'BAD_REQUEST'],
  ])('refused with %i %j are %s', async (status, entry, code) => {
    await using running = await start(people('U1', 'U2'), { maxPageSize: 1 });
    running.server.play([{ name: 'expired', match: { path: /users/, skip: 1 }, effect: { respond: { status, body: { errors: [entry] } } } }]);
    await expect(pagesOf(running.adapter, 'users')).rejects.toMatchObject({ code });
  });

  test('stay small, whatever ids the service has', async () => {
    const accounts = Array.from({ length: 200 }, (_, at) => person(`${at}-`.padEnd(255, '\u0001')));
    await using running = await start(workspace({ accounts }));
    running.server.play([
      { name: 'silent', match: { path: /^\/users$/ }, effect: altered('users', (user) => ({ ...user, permissions: undefined })) },
    ]);
    const pages = await pagesOf(running.adapter, 'users');
    expect(pages.length).toBeGreaterThan(1);
    for (const { next } of pages) expect(next?.length ?? 0).toBeLessThan(20_000);
    expect(ofKind(pages, 'identity')).toHaveLength(200);
    expect(running.server.calls).toHaveLength(202);
  });

  test('groups whose members are all gone do not look like a circle', async () => {
    const groups = Array.from({ length: 120 }, (_, at) => ({
      externalId: `G${at}`,
      name: `Group ${at}`,
      handle: '',
      disabled: false,
      parents: [],
      members: [{ externalId: 'nobody' }],
    }));
    await using running = await start(workspace({ groups }));
    const pages = await pagesOf(running.adapter, 'user groups');
    expect(pages.slice(1).map(({ records }) => records.length)).toEqual([0, 0, 0]);
    expect(running.server.calls).toHaveLength(122);
  });
});
