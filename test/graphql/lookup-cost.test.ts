import { expect, test } from 'vitest';
import { email, group, identity, member, of, role, type Filling } from '../store/fixture.ts';
import { share, uuid } from './support.ts';

const numbers = Array.from({ length: 100 }, (_, n) => n + 1);
const services = ['chat', 'pager', 'lab'];
const addressOf = (n: number): string => `p${n}@acme.example`;

const bench = share([
  {
    services: services.map((name) => ({ name })),
    records: services.flatMap((service) =>
      of(
        service,
        role('base'),
        group('everybody'),
        ...numbers.flatMap((n) => [
          identity(`u${n}`, { displayName: `Person ${n}`, emails: [email(addressOf(n))], roles: ['base'] }),
          member('everybody', 'identity', `u${n}`),
        ]),
      ),
    ),
    people: numbers.map((n) => ({ id: uuid(n), display_name: `Person ${n}`, primary_email: addressOf(n) })),
    links: numbers.flatMap((n) => services.map((service) => ({ service, account: `u${n}`, user: uuid(n) }))),
  } satisfies Filling,
]);

const person = '{ id displayName identities { externalId role { name } roles { name } service { type } } groups { nodes { displayName } } }';
const mostStatements = 12;

test('one person by an address costs a dozen statements at most', async () => {
  const cost = await bench().costOf(async () => {
    const answer = await bench().data(`query ($email: String!) { user(by: { email: $email }) ${person} }`, { email: addressOf(7) });
    expect(answer).toMatchObject({ user: { displayName: 'Person 7', identities: [{}, {}, {}] } });
  });
  expect(cost).toBeLessThanOrEqual(mostStatements);
});

test('and so do a hundred', async () => {
  const costOf = (count: number) =>
    bench().costOf(async () => {
      const refs = numbers.slice(0, count).map((n) => ({ email: addressOf(n) }));
      const { usersBy } = (await bench().data(`query ($refs: [UserBy!]!) { usersBy(refs: $refs) ${person} }`, { refs })) as {
        usersBy: readonly { readonly displayName: string; readonly groups: { readonly nodes: readonly object[] } }[];
      };
      expect(usersBy.map(({ displayName }) => displayName)).toEqual(numbers.slice(0, count).map((n) => `Person ${n}`));
      expect(usersBy.every(({ groups }) => groups.nodes.length === services.length)).toBe(true);
    });
  const hundred = await costOf(100);
  expect(hundred).toBeLessThanOrEqual(mostStatements);
  expect(hundred).toBe(await costOf(1));
});
