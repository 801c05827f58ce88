import { describe, expect, test } from 'vitest';
import { type SourceRecord } from '../../src/contract/records.ts';
import { account, alter, company, group, readListing, signal, start, toList } from './slack-harness.ts';

describe('user groups', () => {
  const accounts = ['U1', 'U2'].map((externalId) => account({ externalId }));
  const both = [{ externalId: 'U1' }, { externalId: 'U2' }];
  const groups = [
    group({ externalId: 'S1', name: 'Platform', members: both }),
    group({ externalId: 'S2', disabled: true, members: [{ externalId: 'U1' }] }),
    group({ externalId: 'S3', members: [] }),
  ];
  test('come with their members in one call, disabled ones too', async () => {
    const { adapter, server } = await start(company({ accounts, groups }));
    await adapter.describe(signal);
    const { records } = await readListing(adapter, 'user groups');
    expect(records.filter(({ kind }) => kind === 'group')).toMatchObject([
      { externalId: 'S1', displayName: 'Platform', groupKind: 'user group', status: 'ACTIVE' },
      { externalId: 'S2', status: 'SUSPENDED' },
      { externalId: 'S3', status: 'ACTIVE' },
    ]);
    expect(memberships(records)).toEqual(['S1/identity/U1', 'S1/identity/U2', 'S2/identity/U1']);
    const [call, ...more] = server.calls.filter(({ path }) => path.startsWith('/usergroups'));
    expect(Object.fromEntries(call?.query ?? [])).toEqual({ include_users: 'true', include_disabled: 'true' });
    expect(more).toEqual([]);
  });

  test.each([undefined, null, 'U1,U2'])('asks for the members of each group that comes with %j for them', async (users) => {
    const { adapter, server } = await start(company({ accounts, groups }));
    server.play([
      alter('usergroups.list', (body) => ({
        ...body,
        usergroups: toList(body['usergroups']).map((item) => (item.id === 'S3' ? item : { ...item, users })),
      })),
    ]);
    const { records, pages } = await readListing(adapter, 'user groups');
    expect(memberships(records)).toEqual(['S1/identity/U1', 'S1/identity/U2', 'S2/identity/U1']);
    expect(pages).toBe(3);
    const calls = server.calls.filter(({ path }) => path === '/usergroups.users.list');
    expect(calls.map(({ query }) => query.get('usergroup'))).toEqual(['S1', 'S2']);
  });

  test('asks for thousands of such groups with cursors below 64 KiB', async () => {
    const many = Array.from({ length: 1_500 }, (_, at) => group({ externalId: `S${String(at).padStart(11, '0')}`, members: [{ externalId: 'U1' }] }));
    const { adapter, server } = await start(company({ accounts, groups: many }));
    server.play([
      alter('usergroups.list', (body) => ({ ...body, usergroups: toList(body['usergroups']).map((item) => ({ ...item, users: undefined })) })),
    ]);
    const { records, longestCursor } = await readListing(adapter, 'user groups');
    expect(new Set(memberships(records)).size).toBe(1_500);
    expect(longestCursor).toBeLessThan(65_536);
    expect(server.calls.filter(({ path }) => path === '/usergroups.users.list')).toHaveLength(1_500);
  });

  test('a group that vanished meanwhile has no members', async () => {
    const { adapter, server } = await start(company({ accounts, groups: groups.slice(0, 1) }));
    server.play([
      alter('usergroups.list', (body) => ({ ...body, usergroups: toList(body['usergroups']).map((item) => ({ ...item, users: null })) })),
      { name: 'gone', match: { path: /usergroups\.users\.list/ }, effect: { refuse: { kind: 'not-found' } } },
    ]);
    expect(memberships((await readListing(adapter, 'user groups')).records)).toEqual([]);
  });

  test('an unreadable group keeps its readable members; an unreadable member costs itself alone', async () => {
    const { adapter, server } = await start(company({ accounts, groups }));
    server.play([
      alter('usergroups.list', (body) => {
        const [first, second, third] = toList(body['usergroups']);
        return { ...body, usergroups: [{ ...first, name: 5 }, { ...second, users: ['U1', 5, 'U1', ''] }, third, 'nonsense'] };
      }),
    ]);
    const { records, rejected } = await readListing(adapter, 'user groups');
    expect(records.flatMap((record) => (record.kind === 'group' ? [record.externalId] : []))).toEqual(['S2', 'S3']);
    expect(memberships(records)).toEqual(['S1/identity/U1', 'S1/identity/U2', 'S2/identity/U1']);
    expect(rejected.map(({ kind, externalId }) => [kind, externalId])).toEqual([
      ['group', 'S1'],
      ['membership', undefined],
      ['membership', undefined],
      ['group', undefined],
    ]);
  });
});

const memberships = (records: readonly SourceRecord[]) =>
  records.flatMap((record) => (record.kind === 'membership' ? [`${record.group}/${record.member.kind}/${record.member.externalId}`] : []));
