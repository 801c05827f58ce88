import { expect, test } from 'vitest';
import { grant, identity, member, of, scope } from '../store/fixture.ts';
import { ann, ben, retiredAnn, share, small, uuid } from './support.ts';

const project = (externalId: string) => ({ scopeKind: 'PROJECT', scope: { kind: 'PROJECT', externalId } }) as const;
const holder = (externalId: string) => ({ kind: 'identity', externalId }) as const;

const bench = share([
  ...small,
  {
    records: of(
      'chat',
      identity('U2', { displayName: 'Ben' }),
      scope('PROJECT', 'x', { displayName: 'X' }),
      scope('PROJECT', 'y', { displayName: 'Y' }),
      grant('c1', holder('U1'), { level: 'READER', ...project('x') }),
      grant('c2', holder('U2'), { level: 'READER', ...project('x') }),
      grant('c3', holder('U1'), { level: 'READER', ...project('y') }),
      grant('c4', holder('U2'), { level: 'OWNER', ...project('y') }),
      member('g2', 'identity', 'U2'),
    ),
  },
]);

const rows = 'nodes { level scope { displayName } user { id } } pageInfo { hasNextPage endCursor }';

interface Row {
  readonly level: string;
  readonly scope: { readonly displayName: string } | null;
  readonly user: { readonly id: string };
}
type Side = 'onlyA' | 'onlyB' | 'both';
type Answer = {
  readonly compareUsers: Readonly<
    Record<Side, { readonly nodes: readonly Row[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string } }>
  >;
};

const texts = (nodes: readonly Row[]) => nodes.map(({ level, scope: at }) => `${level} ${at?.displayName ?? '-'}`);

test('two people are compared place by place: the same level is on both sides, another one on either', async () => {
  const { compareUsers } = (await bench().data(
    `{ compareUsers(a: "${retiredAnn}", b: "${ben}", filter: { scopeKind: PROJECT }) { onlyA { ${rows} } onlyB { ${rows} } both { ${rows} } coverage { state } } }`,
  )) as Answer;
  expect(texts(compareUsers.both.nodes)).toEqual(expect.arrayContaining(['READER X', 'MANAGER Launch']));
  expect(texts(compareUsers.onlyA.nodes)).toContain('READER Y');
  expect(texts(compareUsers.onlyB.nodes)).toEqual(['OWNER Y']);
  expect(compareUsers.both.nodes.every(({ user }) => user.id === ann)).toBe(true);
});

test('each side is the mirror of the other, and nothing is lost over pages of one', async () => {
  const all = async (a: string, b: string, side: Side): Promise<readonly string[]> => {
    const found: string[] = [];
    for (let after = ''; ;) {
      const { compareUsers } = (await bench().data(`{ compareUsers(a: "${a}", b: "${b}") { ${side}(first: 1${after}) { ${rows} } } }`)) as Answer;
      const { nodes, pageInfo } = compareUsers[side];
      found.push(...texts(nodes));
      if (!pageInfo.hasNextPage) return found;
      after = `, after: "${pageInfo.endCursor}"`;
    }
  };
  expect(await all(ann, ben, 'onlyA')).toEqual(await all(ben, ann, 'onlyB'));
  expect(await all(ann, ben, 'both')).toEqual(await all(ben, ann, 'both'));
  expect([await all(ann, ann, 'onlyA'), await all(ann, ann, 'onlyB')]).toEqual([[], []]);
});

test('somebody unknown is not found', async () => {
  const { body } = await bench().ask(`{ compareUsers(a: "${ann}", b: "${uuid(77)}") { coverage { state } } }`);
  expect(body.errors?.[0]).toMatchObject({ message: 'b: nobody has this id', extensions: { code: 'NOT_FOUND' } });
});
