import { describe, expect, it } from 'vitest';
import { scopeText } from '../../src/directory/view.ts';
import { keyText, type GrantFilter } from '../../src/model/views.ts';
import { grant, group, identity, member, of, role, scope, type Filling } from '../store/fixture.ts';
import type { TestStore } from '../store/engines.ts';
import { all, filled, keysOf, sliceKeys, walk } from './support.ts';

const project = { kind: 'PROJECT', externalId: 'p/1' } as const;
const person = (externalId: string) => ({ kind: 'identity', externalId }) as const;
const team = (externalId: string) => ({ kind: 'group', externalId }) as const;

const access: Filling = {
  services: [
    { name: 'chat', service_id: 'T 1/a' },
    { name: 'pager', service_id: 'acme' },
  ],
  records: [
    ...of(
      'chat',
      role('admin', { name: 'Admin', level: 'ADMIN', category: 'base' }),
      role('odd', { name: 'Odd', level: 'UNKNOWN' }),
      role('member', { name: 'Member', category: 'base' }),
      scope('WORKSPACE', 'w1', { displayName: 'Work', parent: { kind: 'SERVICE', externalId: 'T 1/a' } }),
      scope('PROJECT', 'p/1', { displayName: 'One', parent: { kind: 'WORKSPACE', externalId: 'w1' } }),
      scope('PROJECT', 'p2', { displayName: 'Two', parent: { kind: 'WORKSPACE', externalId: 'w1' } }),
      scope('PROJECT', 'p3', { displayName: 'Alone' }),
      identity('ana'),
      identity('ben'),
      identity('gone', { status: 'DELETED' }),
      group('inner'),
      group('outer'),
      member('inner', 'identity', 'ana'),
      member('outer', 'group', 'inner'),
      grant('a-base', person('ana'), { role: 'member', level: 'MEMBER', scopeKind: 'SERVICE', scope: { kind: 'SERVICE', externalId: 'T 1/a' } }),
      grant('b-inner', team('inner'), { role: 'odd', level: 'UNKNOWN', scopeKind: 'PROJECT', scope: project, source: 'VIA_GROUP' }),
      grant('c-outer', team('outer'), { role: 'admin', level: 'ADMIN', scopeKind: 'PROJECT', scope: { kind: 'PROJECT', externalId: 'p2' } }),
      grant('d-all', person('ben'), { role: 'admin', level: 'OWNER', scopeKind: 'PROJECT', allScopes: true, expiresAt: 100 }),
      grant('e-gone', person('gone'), { level: 'OWNER' }),
      grant('f-odd', person('ben'), { level: 'UNKNOWN', scopeKind: 'WORKSPACE', scope: { kind: 'WORKSPACE', externalId: 'w1' } }),
    ),
    ...of(
      'pager',
      identity('ana'),
      identity('odd'),
      grant('a-base', person('ana'), { level: 'READER' }),
      grant('z', person('odd'), { level: 'UNKNOWN' }),
      group('inner'),
      grant('y1', team('inner')),
      grant('y2', team('inner')),
    ),
  ],
  people: [{ id: 'ana' }, { id: 'ben' }, { id: 'odd' }, { id: 'bare' }, { id: 'first-ana' }],
  links: [
    { service: 'chat', account: 'ana', user: 'ana' },
    { service: 'pager', account: 'ana', user: 'ana' },
    { service: 'chat', account: 'ben', user: 'ben' },
    { service: 'chat', account: 'gone', user: 'ben' },
    { service: 'pager', account: 'odd', user: 'odd' },
  ],
};

export function accessSuite(store: () => TestStore): void {
  describe('access', () => {
    const { view, svc } = filled(store, access, { merged: [['first-ana', 'ana']] });
    const projectRef = () => ({ svc: svc('chat'), ...project });
    const users = ['ana', 'ben', 'odd', 'bare'];

    it('of a person is what the accounts hold and every group that they are in', async () => {
      const grants = await view().grantsOfUsers(users, {}, all);
      expect(sliceKeys(grants.get('ana'))).toEqual(['a-base', 'b-inner', 'c-outer', 'a-base']);
      expect(sliceKeys(grants.get('ben'))).toEqual(['d-all', 'f-odd']);
      expect(grants.get('bare')).toBeUndefined();
    });

    it.each([1, 2, 3])('of many people pages for each, %s at a time', async (size) => {
      const read = (window: { first: number }) =>
        view()
          .grantsOfUsers(users, {}, window)
          .then((slices) => slices.get('ana'));
      expect(keysOf(await walk(size, read))).toEqual(['a-base', 'b-inner', 'c-outer', 'a-base']);
    });

    it.each<[string, () => GrantFilter, readonly string[]]>([
      ['at least a level, unknown ones too', () => ({ minLevel: 'ADMIN' }), ['b-inner', 'c-outer', 'd-all', 'e-gone', 'f-odd', 'z']],
      ['unknown levels alone', () => ({ minLevel: 'UNKNOWN' }), ['b-inner', 'f-odd', 'z']],
      ['services', () => ({ services: [{ type: 'pager' }] }), ['a-base', 'y1', 'y2', 'z']],
      ['an unknown service', () => ({ services: [{ type: 'nowhere' }] }), []],
      ['a scope', () => ({ scope: projectRef() }), ['b-inner']],
      ['the service itself', () => ({ scope: { svc: svc('chat'), kind: 'SERVICE', externalId: 'T 1/a' } }), ['a-base']],
      ['a kind of scope', () => ({ scopeKind: 'PROJECT' }), ['b-inner', 'c-outer', 'd-all']],
      ['a role', () => ({ role: { svc: svc('chat'), key: 'admin' } }), ['c-outer', 'd-all']],
      ['a person', () => ({ userId: 'ana' }), ['a-base', 'b-inner', 'c-outer', 'a-base']],
      ['a person by a retired id', () => ({ userId: 'first-ana', minLevel: 'ADMIN' }), ['b-inner', 'c-outer']],
      ['source', () => ({ source: 'VIA_GROUP' }), ['b-inner']],
      ['expiry', () => ({ expiresBefore: 101 }), ['d-all']],
      ['what no store can hold', () => ({ role: { svc: svc('chat'), key: 'a\0' } }), []],
    ])('is filtered by %s', async (_, filter, keys) => {
      expect(sliceKeys(await view().grants(filter(), all))).toEqual(keys);
      expect(keysOf(await walk(1, (window) => view().grants(filter(), window)))).toEqual(keys);
    });

    it('of groups is what they hold themselves', async () => {
      const grants = await view().grantsOfGroups(
        [
          { svc: svc('chat'), key: 'inner' },
          { svc: svc('chat'), key: 'outer' },
        ],
        { minLevel: 'ADMIN' },
        all,
      );
      expect([...grants].map(([key, slice]) => [key, sliceKeys(slice)])).toEqual([
        [keyText({ svc: svc('chat'), key: 'inner' }), ['b-inner']],
        [keyText({ svc: svc('chat'), key: 'outer' }), ['c-outer']],
      ]);
    });

    it('of groups with one id in two services is told apart', async () => {
      const inner = (service: string) => ({ svc: svc(service), key: 'inner' });
      const grants = await view().grantsOfGroups([inner('chat'), inner('pager')], {}, { first: 1 });
      expect([...grants.values()].map((slice) => [sliceKeys(slice), slice.hasNext])).toEqual([
        [['b-inner'], false],
        [['y1'], true],
      ]);
    });

    it('on scopes is keyed by the scope as it was asked for', async () => {
      const service = { svc: svc('chat'), kind: 'SERVICE', externalId: 'T 1/a' } as const;
      const grants = await view().grantsOnScopes([projectRef(), service], undefined, all);
      expect(sliceKeys(grants.get(scopeText(projectRef())))).toEqual(['b-inner']);
      expect(sliceKeys(grants.get(scopeText(service)))).toEqual(['a-base']);
      expect(await view().grantsOnScopes([service], 'ADMIN', all)).toEqual(new Map());
    });

    it('has a highest level: anywhere, in a type of service, on a scope; what has ended gives none, what is UNKNOWN around a scope counts on it', async () => {
      const levels = async (where: Parameters<ReturnType<typeof view>['levelsOfUsers']>[1]) => [
        ...(await view().levelsOfUsers(users, where)).values(),
      ];
      expect(await levels({})).toEqual(['ADMIN', 'UNKNOWN', 'UNKNOWN', 'NONE']);
      expect(await levels({ service: 'pager' })).toEqual(['READER', 'NONE', 'UNKNOWN', 'NONE']);
      expect(await levels({ service: 'nowhere' })).toEqual(['NONE', 'NONE', 'NONE', 'NONE']);
      expect(await levels({ scope: projectRef() })).toEqual(['UNKNOWN', 'UNKNOWN', 'NONE', 'NONE']);
    });

    it('rests on roles and scopes', async () => {
      const workspace = { svc: svc('chat'), key: 'WORKSPACE/w1' };
      expect(sliceKeys(await view().roles({}, all))).toEqual(['admin', 'member', 'odd']);
      expect(sliceKeys(await view().roles({ category: 'base', level: 'ADMIN' }, all))).toEqual(['admin']);
      expect(sliceKeys(await view().roles({ level: 'UNKNOWN', service: { type: 'chat' } }, all))).toEqual(['odd']);
      expect(sliceKeys(await view().scopes({ kind: 'PROJECT' }, all))).toEqual(['PROJECT/p3', 'PROJECT/p%2F1', 'PROJECT/p2']);
      expect(sliceKeys(await view().scopes({ kind: 'PROJECT', parent: workspace }, { first: 1 }))).toEqual(['PROJECT/p%2F1']);
      expect(sliceKeys((await view().scopesUnder([workspace], 'PROJECT', all)).get(keyText(workspace)))).toEqual(['PROJECT/p%2F1', 'PROJECT/p2']);
      expect((await view().rolesByKeys([{ svc: svc('chat'), key: 'odd' }])).get(keyText({ svc: svc('chat'), key: 'odd' }))?.record.name).toBe('Odd');
      expect((await view().scopesByKeys([workspace])).get(keyText(workspace))?.record.displayName).toBe('Work');
    });
  });
}
