import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { roleLevels } from '../../src/contract/records.ts';
import type { DemoInstance } from '../../src/contract/sandbox.ts';
import { accessText } from '../../src/directory/effective.ts';
import type { View } from '../../src/directory/view.ts';
import type { EffectiveAccessView } from '../../src/model/access.ts';
import { keyText, type IdentityView, type RecordKey, type ServiceView, type UserView } from '../../src/model/views.ts';
import { walk } from '../directory/support.ts';
import { effective, groupsAround, heldBy, isAtLeast, placeText } from './oracle.ts';
import { syncCompany, type SyncedCompany } from './synced-company.ts';

let synced: SyncedCompany;
let view: View;
let users: readonly UserView[];
let accounts: ReadonlyMap<string, readonly IdentityView[]>;
let access: readonly EffectiveAccessView[];

beforeAll(async () => {
  synced = await syncCompany(300);
  view = await synced.view();
  users = await walk(100, (window) => view.users({}, { field: 'displayName', descending: false }, window));
  accounts = await view.identitiesOfUsers(
    users.map(({ id }) => id),
    false,
  );
  access = await walk(100, (window) => view.effectiveAccess({}, window));
}, 60_000);
afterAll(() => synced[Symbol.asyncDispose]());

function serviceOf(svc: number): ServiceView {
  const service = view.services.find((each) => each.svc === svc);
  if (service === undefined) throw new Error(`no service ${svc}`);
  return service;
}
function instanceOf(svc: number): DemoInstance {
  const { type, serviceId = '' } = serviceOf(svc);
  return synced.company.instance(type, serviceId);
}
const unencoded = (key: string): string => decodeURIComponent(key.slice(key.indexOf('/') + 1));
const line = ({ place: { svc, kind, key }, level }: EffectiveAccessView): string =>
  `${serviceOf(svc).name}: ${placeText(kind, key === undefined ? undefined : unencoded(key))} ${level}`;

/** By the services' own lists. */
const expected = (id: string): readonly string[] =>
  [...Map.groupBy(accounts.get(id) ?? [], ({ svc }) => svc)]
    .flatMap(([svc, own]) => effective(own.flatMap(({ key }) => heldBy(instanceOf(svc), key))).map((each) => `${serviceOf(svc).name}: ${each}`))
    .toSorted();

describe('in the demo company of 300 people', () => {
  it('the effective access of everybody is what the services’ own lists say', () => {
    const found = Map.groupBy(access, ({ userId }) => userId);
    expect(users.length).toBeGreaterThan(250);
    for (const { id } of users) expect({ id, access: (found.get(id) ?? []).map(line).toSorted() }).toEqual({ id, access: expected(id) });
    expect(access.length).toBeGreaterThan(1_000);
  });

  it('asked person by person it is the same', async () => {
    const page = users.slice(0, 100).map(({ id }) => id);
    const found = await view.effectiveAccessOfUsers(page, {}, { first: 100 });
    for (const id of page) expect((found.get(id)?.edges ?? []).map(({ node }) => line(node)).toSorted()).toEqual(expected(id));
  });

  it.each(roleLevels)('the people with at least %s are those who hold that, or something unknown, by the services’ own lists', async (level) => {
    for (const services of [undefined, ...view.services.map((each) => [each])]) {
      const within = services?.[0]?.svc;
      const wanted = users.filter(({ id }) => {
        const own = (accounts.get(id) ?? []).filter(({ svc }) => within === undefined || svc === within);
        const held = own.flatMap(({ svc, key }) => heldBy(instanceOf(svc), key));
        return level === 'NONE' ? within === undefined || own.length > 0 : held.some((each) => isAtLeast(each.level, level));
      });
      const found = await walk(30, (window) => view.users({ level, services }, { field: 'displayName', descending: false }, window));
      expect(found.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
    }
  });

  it('every path is a chain of what exists: the person’s account, groups that hold each other, a grant of the last', async () => {
    let through = 0;
    const behind = await view.accessBehind(access, {});
    for (const row of access) {
      const { paths = [], more } = behind.get(accessText(row)) ?? {};
      expect(paths.length).toBeGreaterThan(0);
      expect(more).toBe(false);
      const instance = instanceOf(row.place.svc);
      for (const { account, groups, grant, scopes } of paths) {
        expect(accounts.get(row.userId)?.some(({ svc, key }) => svc === account.svc && key === account.key)).toBe(true);
        const { principal } = grant.record;
        const chain = groups.map(({ key }) => instance.groups.find(({ externalId }) => externalId === key));
        chain.forEach((group, n) => {
          const inner = chain[n - 1];
          const isIn =
            n === 0 ? group?.members.some(({ externalId }) => externalId === account.key) : inner?.parents.includes(group?.externalId ?? '');
          expect(isIn).toBe(true);
        });
        expect(principal.externalId).toBe(groups.at(-1)?.key ?? account.key);
        expect(heldBy(instance, account.key).some(({ through: via }) => via === groups.at(-1)?.key)).toBe(true);
        expect(scopes.map(({ key }) => key)).toEqual(row.place.key === undefined ? [] : [row.place.key]);
        if (groups.length > 0) through += 1;
      }
    }
    expect(through).toBeGreaterThan(20);
  });

  it('the report counts each person and each account once', async () => {
    const everyAccount = await walk(100, (window) => view.identities({}, window));
    const holders = new Map([...accounts].flatMap(([id, own]) => own.map(({ svc, key }) => [`${svc}/${key}`, id] as const)));
    const counted = new Map<string, { users: Set<string>; identities: Set<string> }>();
    for (const { svc, key } of everyAccount) {
      for (const { level } of heldBy(instanceOf(svc), key)) {
        const name = `${serviceOf(svc).name} ${level}`;
        const count = counted.get(name) ?? { users: new Set(), identities: new Set() };
        counted.set(name, count);
        count.identities.add(key);
        const holder = holders.get(`${svc}/${key}`);
        if (holder !== undefined) count.users.add(holder);
      }
    }
    const summary = await view.reportSummary({}, [], ['SERVICE', 'LEVEL']);
    const found = summary.map(({ svc = 0, level, users: people, identities }) => `${serviceOf(svc).name} ${level} ${people} ${identities}`);
    const wanted = [...counted].map(([name, { users: people, identities }]) => `${name} ${people.size} ${identities.size}`);
    expect(found.toSorted()).toEqual(wanted.toSorted());
  });

  it('the report lists each account with each of its grants', async () => {
    const rows = await walk(100, (window) => view.reportRows({}, [], window));
    const everyAccount = await walk(100, (window) => view.identities({}, window));
    const wanted = everyAccount.flatMap(({ svc, key }) =>
      heldBy(instanceOf(svc), key).map((each) => `${svc} ${key} ${each.place} ${each.level} ${each.through === undefined ? 'own' : 'group'}`),
    );
    const found = rows.map(
      ({ account: { svc, key }, place, level, source }) =>
        `${svc} ${key} ${placeText(place?.kind ?? '', place?.key && unencoded(place.key))} ${level} ${source === 'VIA_GROUP' ? 'group' : 'own'}`,
    );
    expect(found.toSorted()).toEqual(wanted.toSorted());
  });

  it('the leavers with access are those whom a service suspended that tells who is with the company, by the services’ own lists', async () => {
    const statusOf = ({ svc, key }: RecordKey) => instanceOf(svc).accounts.find(({ externalId }) => externalId === key)?.status;
    const wanted = [...accounts.values()].flatMap((own) => {
      const bySource = Map.groupBy(
        own.filter(({ svc }) => serviceOf(svc).people === 'source'),
        ({ svc }) => svc,
      );
      const hasLeft = [...bySource.values()].some((there) => there.every((each) => statusOf(each) === 'SUSPENDED'));
      return hasLeft ? own.filter((each) => statusOf(each) === 'ACTIVE').map(keyText) : [];
    });
    const rows = await walk(100, (window) => view.reportRows({}, ['LEAVER_WITH_ACCESS'], window));
    expect(wanted.length).toBeGreaterThan(0);
    expect([...new Set(rows.map(({ account }) => keyText(account)))].toSorted()).toEqual(wanted.toSorted());
  });

  it('nested groups count however far up', async () => {
    const nested = view.services.filter(({ type }) => type === 'pagerduty' || type === 'ftrack');
    for (const { svc } of nested) {
      const instance = instanceOf(svc);
      for (const { key } of (await walk(100, (window) => view.identities({ services: [serviceOf(svc)] }, window))).slice(0, 40)) {
        const user = [...accounts].find(([, own]) => own.some((each) => each.svc === svc && each.key === key))?.[0];
        if (user === undefined || (accounts.get(user) ?? []).filter((each) => each.svc === svc).length > 1) continue;
        const groups = await view.groupsOfUsers([user], { service: serviceOf(svc).type, transitive: true }, { first: 100 });
        expect(new Set(groups.get(user)?.edges.map(({ node }) => node.key))).toEqual(groupsAround(instance, key));
      }
    }
  });
});
