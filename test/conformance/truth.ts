import { z } from 'zod';
import { recordKey, type MembershipRecord, type RecordKind, type SourceRecord } from '../../src/contract/records.ts';
import type { DemoInstance } from '../../src/contract/sandbox.ts';
import { nameError, noSignal, type Bench } from './bench.ts';
import type { Check } from './check.ts';
import { extraAccounts, scopesByGrants } from './exceptions.ts';
import { judgeRecord } from './record-rules.ts';
import { findLeak, findSecrets } from './secrets.ts';

const maxCursorLength = 64 * 1024;

export const recordsOf = ({ baseline }: Bench): readonly SourceRecord[] => [
  ...(baseline.description?.scopes ?? []),
  ...baseline.pages.flatMap(({ page }) => page.records),
];

function ofKind<K extends RecordKind>(bench: Bench, kind: K): readonly Extract<SourceRecord, { kind: K }>[] {
  return recordsOf(bench).filter((record): record is Extract<SourceRecord, { kind: K }> => record.kind === kind);
}

/** Differences between two sets of ids, each named once. */
function compare(what: string, expected: Iterable<string>, found: Iterable<string>): readonly string[] {
  const [wanted, got] = [new Set(expected), new Set(found)];
  const [missing, strange] = [[...wanted].filter((id) => !got.has(id)), [...got].filter((id) => !wanted.has(id))];
  return [
    ...(missing.length === 0 ? [] : [`${missing.length} of ${wanted.size} ${what} are missing (${missing.slice(0, 3).join(', ')})`]),
    ...(strange.length === 0 ? [] : [`${strange.length} ${what} are not the service's (${strange.slice(0, 3).join(', ')})`]),
  ];
}

const duplicates = (keys: readonly string[]): readonly string[] => keys.filter((key, index) => keys.indexOf(key) !== index);

function judgeSets(bench: Bench): readonly string[] {
  const { instance, type } = bench.subject;
  const identities = ofKind(bench, 'identity').map(({ externalId }) => externalId);
  const memberships = ofKind(bench, 'membership');
  const extra = extraAccounts.get(type)?.ids ?? [];
  const failures = [
    ...compare('accounts', [...instance.accounts.map(({ externalId }) => externalId), ...extra], identities),
    ...duplicates(identities).map((id) => `account ${id} comes twice`),
    ...compare(
      'groups',
      instance.groups.map(({ externalId }) => externalId),
      ofKind(bench, 'group').map(({ externalId }) => externalId),
    ),
    ...duplicates(ofKind(bench, 'group').map(recordKey)).map((id) => `group ${id} comes twice`),
    ...compare(
      'memberships',
      instance.groups.flatMap((group) => group.members.map((member) => `${member.externalId} in ${group.externalId}`)),
      memberships.filter(({ member }) => member.kind === 'identity').map(({ group, member }) => `${member.externalId} in ${group}`),
    ),
    ...memberships
      .filter((record) => record.member.kind === 'group' && !isNested(instance, record))
      .map(({ group }) => `group ${group} holds a group that is not in it`),
    ...duplicates(ofKind(bench, 'grant').map(recordKey)).map((id) => `grant ${id} comes twice`),
  ];
  const granted = new Set(instance.grants.map((grant) => grant.scope?.externalId));
  for (const scope of instance.scopes) {
    if (scopesByGrants.has(type) && scope.kind === 'RESOURCE' && !granted.has(scope.externalId)) continue;
    const known = ofKind(bench, 'scope').some(({ externalId }) => externalId === scope.externalId);
    if (!known) failures.push(`scope ${scope.externalId} is missing`);
  }
  return [...failures, ...judgeGrants(bench), ...judgeEmails(bench)];
}

const isNested = ({ groups }: DemoInstance, { group, member }: MembershipRecord): boolean =>
  groups.some(({ externalId, parents }) => externalId === member.externalId && parents.includes(group));

/** Each principal holds at least the grants that the instance gives it, or, where the service only has base roles, one. */
function judgeGrants(bench: Bench): readonly string[] {
  const { instance } = bench.subject;
  const held = Map.groupBy(ofKind(bench, 'grant'), ({ principal }) => `${principal.kind} ${principal.externalId}`);
  const given = Map.groupBy(instance.grants, ({ principal }) => `${principal.kind} ${principal.externalId}`);
  const failures: string[] = [];
  for (const [principal, grants] of given) {
    const found = held.get(principal)?.length ?? 0;
    if (found < grants.length) failures.push(`${principal} has ${found} grants instead of ${grants.length}`);
  }
  if (given.size > 0) return failures;
  const live = instance.accounts.filter(({ role, status }) => role !== '' && status === 'ACTIVE');
  return live.filter(({ externalId }) => !held.has(`identity ${externalId}`)).map(({ externalId }) => `${externalId} has no grant for its base role`);
}

function judgeEmails(bench: Bench): readonly string[] {
  const records = new Map(ofKind(bench, 'identity').map((record) => [record.externalId, record]));
  return bench.subject.instance.accounts.flatMap(({ externalId, email, kind }) => {
    const addresses = records.get(externalId)?.emails.map(({ address }) => address.toLowerCase());
    if (addresses === undefined || kind === 'BOT') return [];
    return email === undefined || addresses.includes(email.toLowerCase()) ? [] : [`${externalId} has lost its address`];
  });
}

export const truthChecks: readonly Check[] = [
  {
    id: 'T1 whole read',
    promise: 'a read ends, each page once, and gives every account, group, membership, scope and grant of the service',
    async run(bench) {
      const { baseline } = bench;
      if (baseline.error !== undefined) return [`the read failed: ${nameError(baseline.error)}`];
      const failures = [...judgeSets(bench)];
      const rejected = baseline.pages.flatMap(({ page }) => page.rejected);
      failures.push(...rejected.map(({ kind, reason }) => `${kind} rejected: ${reason}`));
      const asked = baseline.pages.flatMap(({ exchanges }) =>
        exchanges.map(({ request }) => `${request.method} ${request.path}?${request.query} ${request.body}`),
      );
      failures.push(...[...new Set(duplicates(asked))].map((call) => `read twice: ${call.slice(0, 120)}`));
      return failures;
    },
  },
  {
    id: 'T2 record rules',
    promise: 'records keep the rules of the contract: no empty text, our words, instants, roles that exist, kinds that the listing declares',
    async run(bench) {
      const failures = recordsOf(bench).flatMap(judgeRecord);
      const roles = new Set(ofKind(bench, 'role').map(({ externalId }) => externalId));
      const named = [...ofKind(bench, 'identity').flatMap(({ roles: held }) => held), ...ofKind(bench, 'grant').flatMap(({ role }) => role ?? [])];
      for (const role of new Set(named)) if (!roles.has(role)) failures.push(`role ${role} is held but not listed`);
      const scopes = new Set(ofKind(bench, 'scope').map(({ externalId }) => externalId));
      for (const { scope } of ofKind(bench, 'grant')) {
        if (scope !== undefined && scope.kind !== 'SERVICE' && !scopes.has(scope.externalId))
          failures.push(`scope ${scope.externalId} is not listed`);
      }
      await using session = await bench.open();
      const { listings } = session.adapter;
      const yields = new Map(listings.map((listing) => [listing.name, listing.yields]));
      if (yields.size !== listings.length) failures.push('two listings have one name');
      if (!listings.some((listing) => listing.yields.includes('identity'))) failures.push('no listing yields identities');
      for (const { listing, page } of bench.baseline.pages) {
        for (const { kind } of page.records) if (yields.get(listing)?.includes(kind) !== true) failures.push(`${listing} does not declare ${kind}`);
        if (page.next !== null && page.next.length > maxCursorLength) failures.push(`${listing}: a cursor of ${page.next.length} characters`);
      }
      return [...new Set(failures)];
    },
  },
  {
    id: 'T3 definition',
    promise: 'settings are described, the vendor is named, and describe names the instance',
    async run(bench) {
      const { definition, type, instance } = bench.subject;
      const failures: string[] = [];
      if (definition.type !== type || !/^[a-z][a-z0-9-]*$/.test(type)) failures.push('the type is not the name in the registry');
      if (definition.vendor.trim() === '' || definition.scopes.length === 0) failures.push('no vendor, or no scopes');
      failures.push(
        ...undescribed(z.toJSONSchema(definition.settings, { io: 'input', unrepresentable: 'any' })).map(
          (path) => `setting ${path} is not described`,
        ),
      );
      const { description } = bench.baseline;
      if (description?.serviceId !== instance.serviceId) failures.push(`serviceId is ${description?.serviceId} instead of ${instance.serviceId}`);
      await using session = await bench.open();
      const again = await session.adapter.describe(noSignal());
      if (again.serviceId !== description?.serviceId) failures.push('a second describe names another instance');
      return failures;
    },
  },
  {
    id: 'I8 silent secrets',
    promise: 'no credential in a record, a rejection or a cursor',
    async run(bench) {
      const leak = findLeak([bench.baseline.description, bench.baseline.pages.map(({ page }) => page)], findSecrets(bench));
      return leak === undefined ? [] : [`a secret (${leak}) in what was read`];
    },
  },
];

interface JsonSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

function undescribed(schema: JsonSchema, path = ''): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const property = inner as JsonSchema;
    const here = path === '' ? name : `${path}.${name}`;
    return [...(property.description === undefined ? [here] : []), ...undescribed(property, here)];
  });
}
