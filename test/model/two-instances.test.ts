import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DemoAccount, DemoInstance } from '../../src/contract/sandbox.ts';
import { createCompany } from '../../src/sandbox/company.ts';
import { openHouse, type House } from './house.ts';
import { identityArg, serviceArg } from './reads.ts';
import { table } from './table.ts';
import { twins } from './twins.ts';

const company = createCompany({ people: 60 });
const pairs = {
  slack: twins(company.instance('slack', 'T0ACME001'), 'T0OTHER01'),
  squirro: twins(company.instance('squirro', 'squirro.acme.example/acme'), 'squirro.acme.example/other'),
};

let opened: House | undefined;
beforeAll(async () => {
  const [slackOne, slackTwo] = pairs.slack;
  const [squirroOne, squirroTwo] = pairs.squirro;
  opened = await openHouse(
    [
      { name: 'slack-one', instance: slackOne },
      { name: 'slack-two', instance: slackTwo },
      { name: 'squirro-one', instance: squirroOne },
      { name: 'squirro-two', instance: squirroTwo },
    ],
    company.managedDomains,
  );
}, 60_000);
afterAll(() => opened?.[Symbol.asyncDispose]());
const house = (): House => {
  if (opened === undefined) throw new Error('nothing has been read');
  return opened;
};

describe.each(Object.entries(pairs))('%s', (type, [one, other]) => {
  const cells = table.flatMap(({ notion, cells: byType }) => {
    const cell = byType[type];
    return cell === undefined ? [] : [{ notion, cell }];
  });

  test.each(cells)('$notion: each instance shows its own', async ({ cell }) => {
    for (const instance of [one, other]) {
      if (cell.of?.(instance) === false) continue;
      const { seen, expected } = await cell.look(house(), instance);
      expect(seen, instance.serviceId).toEqual(expected);
    }
  });

  test('the ids collide, and stand for different things', () => {
    const ids = (instance: DemoInstance) => instance.accounts.map(({ externalId }) => externalId);
    expect(ids(other)).toEqual(ids(one));
    const renamed = other.accounts.filter(({ displayName }, index) => displayName !== one.accounts[index]?.displayName);
    expect(renamed.length).toBeGreaterThan(one.accounts.length * 0.9);
  });

  test('an account is found only where its service is named', async () => {
    const [{ externalId } = { externalId: '' }] = one.accounts;
    const { body } = await house().ask(`{ identity(by: { service: "${type}", externalId: "${externalId}" }) { displayName } }`);
    expect(body).toMatchObject({ data: { identity: null }, errors: [{ extensions: { code: 'CONFLICT' } }] });
    const shown = await Promise.all([one, other].map((instance) => identityOf(instance, externalId)));
    expect(shown.map(({ displayName }) => displayName)).toEqual([one, other].map(({ accounts }) => accounts[0]?.displayName));
    expect(new Set(shown.map(({ id }) => id)).size).toBe(2);
  });

  test('the same id is never taken for the same person', async () => {
    const different = one.accounts.flatMap((account, index) => {
      const twin = other.accounts[index];
      return twin !== undefined && isOrdinary(account) && isOrdinary(twin) && account.email !== twin.email ? [account.externalId] : [];
    });
    expect(different.length).toBeGreaterThan(10);
    const users = await Promise.all(
      different.map((id) => Promise.all([one, other].map(async (instance) => (await identityOf(instance, id)).user?.id))),
    );
    expect(users.filter(([a, b]) => a === b)).toEqual([]);
  });

  test('credentials hang on the account of their own instance', async () => {
    for (const { account } of [one, other].flatMap(({ credentials }) => credentials)) {
      for (const instance of [one, other]) {
        const { user } = await house().data<{ user: { id: string; credentials: { nodes: Shown[] } } | null }>(
          `{ user(by: { identity: ${identityArg(instance, account)} }) { id credentials(first: 100) {
            nodes { user { id } service { serviceId } identity { service { serviceId } } } } } }`,
        );
        for (const shown of user?.credentials.nodes ?? []) {
          expect([shown.user?.id, shown.identity?.service.serviceId]).toEqual([user?.id, shown.service.serviceId]);
        }
      }
    }
  });

  test('one person has the accounts of both, each under its own id', async () => {
    const both = one.accounts.slice(1, 20).flatMap((account, index) => (isOrdinary(account) ? [{ account, twin: other.accounts[index] }] : []));
    for (const { account, twin } of both) {
      expect(twin?.email).toBe(account.email);
      const { user } = await house().data<{ user: { identities: unknown[]; grants: { nodes: { service: { serviceId: string } }[] } } }>(
        `{ user(by: { identity: ${identityArg(one, account.externalId)} }) { identities(service: "${type}") { externalId service { serviceId } }
          grants(first: 100, filter: { services: [${serviceArg(other)}] }) { nodes { service { serviceId } } } } }`,
      );
      expect(user.identities).toEqual(
        expect.arrayContaining([
          { externalId: account.externalId, service: { serviceId: one.serviceId } },
          { externalId: twin?.externalId, service: { serviceId: other.serviceId } },
        ]),
      );
      expect(new Set(user.grants.nodes.map(({ service }) => service.serviceId))).toEqual(new Set([other.serviceId]));
    }
    expect(both.length).toBeGreaterThan(5);
  });
});

interface Shown {
  readonly user: { readonly id: string } | null;
  readonly service: { readonly serviceId: string };
  readonly identity: { readonly service: { readonly serviceId: string } } | null;
}

async function identityOf(instance: DemoInstance, externalId: string) {
  const { identity } = await house().data<{ identity: { id: string; displayName: string; user: { id: string } | null } }>(
    `{ identity(by: ${identityArg(instance, externalId)}) { id displayName user { id } } }`,
  );
  return identity;
}

/** What nothing awkward in the company touches: an active person with an own, proven address. */
const isOrdinary = ({ kind, status, email, emailProven, role, externalId }: DemoAccount): boolean =>
  kind === 'HUMAN' &&
  status === 'ACTIVE' &&
  email?.endsWith('@acme.example') === true &&
  !email.includes('+') &&
  email === email.toLowerCase() &&
  !role.endsWith('_guest') &&
  (emailProven || externalId.length === 22) &&
  [pairs.slack[0], pairs.squirro[0]].every(({ accounts }) => accounts.filter((account) => account.email === email).length <= 1);
