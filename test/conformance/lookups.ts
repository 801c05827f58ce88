import { isDeepStrictEqual } from 'node:util';
import type { LiveIdentity } from '../../src/contract/adapter.ts';
import type { IdentityRecord } from '../../src/contract/records.ts';
import type { SandboxResponse } from '../../src/contract/sandbox.ts';
import type { Effect } from '../../src/sandbox/faults.ts';
import { nameError, noSignal, type Bench } from './bench.ts';
import type { Check } from './check.ts';
import { bodyMark, findSecrets, judgeError } from './secrets.ts';
import { recordsOf } from './truth.ts';

const strangeIds = [
  'nobody',
  '00000000-0000-4000-8000-000000000000',
  '__proto__',
  'a/b?c=d#e',
  '..',
  '',
  'me',
  '%2e%2e',
  'x\u0000y',
  '\ud800x',
  '1" or "1"="1',
];
const strangeAddresses = ['nobody@acme.example', '', '__proto__', 'a"b@acme.example', '*', '%'];

const identitiesOf = (bench: Bench): readonly IdentityRecord[] => recordsOf(bench).filter((record) => record.kind === 'identity');

function pick(bench: Bench): readonly IdentityRecord[] {
  const all = identitiesOf(bench).filter(({ status }) => status === 'ACTIVE');
  return [...new Set([all[0], all[Math.floor(all.length / 2)], all.at(-1)])].filter((record) => record !== undefined);
}

/** What a live answer and a listing both tell, in the same words. */
function tellsTheSame(live: IdentityRecord, listed: IdentityRecord): boolean {
  const core = ({ externalId, accountKind, status, displayName, username, emails, roles }: IdentityRecord) => ({
    externalId,
    accountKind,
    status,
    displayName,
    username,
    emails,
    roles: roles.toSorted(),
  });
  return isDeepStrictEqual(core(live), core(listed));
}

function judgeKeys(found: ReadonlyMap<string, LiveIdentity>, wanted: readonly IdentityRecord[]): readonly string[] {
  const failures: string[] = [];
  for (const listed of wanted) {
    const live = found.get(listed.externalId);
    if (live === undefined) failures.push(`${listed.externalId} is not found`);
    else if (!tellsTheSame(live.identity, listed)) failures.push(`${listed.externalId} is told otherwise than in the listing`);
  }
  for (const [key, { identity, alongside }] of found) {
    if (identity.externalId !== key) failures.push(`${key} got the account ${identity.externalId}`);
    if (!wanted.some(({ externalId }) => externalId === key)) failures.push(`${JSON.stringify(key)} was made up`);
    for (const record of alongside) {
      const about = record.kind === 'grant' ? record.principal : record.kind === 'membership' ? record.member : undefined;
      if (about?.kind === 'identity' && about.externalId !== key) failures.push(`${key} came with a ${record.kind} of ${about.externalId}`);
    }
  }
  return failures;
}

/** Failures that a look-up must not turn into "not found". */
const refusals: readonly (readonly [string, Effect])[] = [
  ['401', { refuse: { kind: 'unauthorized' } }],
  ['403', { refuse: { kind: 'forbidden' } }],
  ['503', { refuse: { kind: 'unavailable' } }],
  ['a reset', { reset: true }],
  ['a login page', { respond: { status: 200, headers: { 'content-type': 'text/html' }, body: `<html>${bodyMark}</html>` } }],
  ['{}', { respond: { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' } }],
];

type Ask = (bench: Bench, effect: Effect | undefined, ...wanted: readonly string[]) => Promise<readonly LiveIdentity[]>;

const askIds: Ask = async (bench, effect, ...ids) => {
  await using session = await bench.open();
  await session.adapter.describe(noSignal());
  bench.forget();
  if (effect) bench.server.play([{ name: 'look-up', match: { times: Infinity }, effect }]);
  try {
    return [...(await session.adapter.getIdentities(ids, noSignal())).values()];
  } finally {
    bench.server.play([]);
  }
};

const askAddress: Ask = async (bench, effect, address = '') => {
  await using session = await bench.open();
  await session.adapter.describe(noSignal());
  bench.forget();
  if (effect) bench.server.play([{ name: 'look-up', match: { times: Infinity }, effect }]);
  try {
    return (await session.adapter.findByEmail?.(address, noSignal())) ?? [];
  } finally {
    bench.server.play([]);
  }
};

async function judgeRefusals(bench: Bench, ask: Ask, wanted: string): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const [name, effect] of refusals) {
    try {
      const found = await ask(bench, effect, wanted);
      failures.push(`${name} reads as ${found.length} accounts instead of a failure`);
    } catch (error) {
      failures.push(...judgeError(error, findSecrets(bench)).map((failure) => `${name}: ${failure}`));
    }
  }
  return failures;
}

/** Answers for one account, given when another is asked for: the service, or something in between, mixed them up. */
async function swapAnswers(bench: Bench, ask: Ask, wanted: string, other: string): Promise<readonly LiveIdentity[]> {
  await ask(bench, undefined, other);
  const answers: readonly SandboxResponse[] = bench.exchanges.map(({ response }) => response);
  let index = 0;
  const effect: Effect = { alter: (response) => answers[index++] ?? response };
  try {
    return await ask(bench, effect, wanted);
  } catch (error) {
    return judgeError(error, findSecrets(bench)).length === 0 ? [] : Promise.reject(error);
  }
}

const sameAddress = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();

export const lookupChecks: readonly Check[] = [
  {
    id: 'L1 by id',
    promise: 'getIdentities: unknown and repeated ids, any order; each key has its own account',
    async run(bench) {
      const wanted = pick(bench);
      const known = wanted.map(({ externalId }) => externalId);
      await using session = await bench.open();
      const { adapter } = session;
      const failures: string[] = [];
      try {
        const one = await adapter.getIdentities([...known, ...strangeIds, ...known], noSignal());
        const two = await adapter.getIdentities([...strangeIds, ...known].toReversed(), noSignal());
        failures.push(...judgeKeys(one, wanted), ...judgeKeys(two, wanted));
        if ((await adapter.getIdentities([], noSignal())).size > 0) failures.push('accounts for no ids');
      } catch (error) {
        failures.push(`an unknown id ends the batch: ${nameError(error)}`);
      }
      return failures;
    },
  },
  {
    id: 'L2 by id, mixed up',
    promise: "another account's answer never comes under the asked key",
    async run(bench) {
      const [one, two] = pick(bench);
      if (one === undefined || two === undefined) return ['the read gave no two accounts'];
      const found = await swapAnswers(bench, askIds, one.externalId, two.externalId);
      return found.length === 0 ? [] : [`asked for ${one.externalId}, got ${found[0]?.identity.externalId}`];
    },
  },
  {
    id: 'L3 by id, refused',
    promise: 'a failure is never "not found"',
    async run(bench) {
      const [one] = pick(bench);
      return one === undefined ? ['the read gave no account'] : judgeRefusals(bench, askIds, one.externalId);
    },
  },
  {
    id: 'L4 by address',
    promise: 'findByEmail gives exactly the accounts that carry the address, and no failure as "not found"',
    async run(bench) {
      await using session = await bench.open();
      if (session.adapter.findByEmail === undefined) return [];
      const failures: string[] = [];
      const carriers = pick(bench).filter(({ emails }) => emails.length > 0);
      for (const { externalId, emails } of carriers) {
        const address = emails[0]?.address ?? '';
        const found = await askAddress(bench, undefined, address);
        // Of those who share a mailbox a service may tell one.
        const sharing = identitiesOf(bench).filter((each) => each.emails.some((email) => sameAddress(email.address, address)));
        if (!found.some(({ identity }) => sharing.some((each) => each.externalId === identity.externalId)))
          failures.push(`${externalId} is not found by its address`);
        if (!found.every(({ identity }) => identity.emails.some((email) => sameAddress(email.address, address))))
          failures.push('an account with another address');
      }
      for (const address of strangeAddresses) {
        const found = await askAddress(bench, undefined, address).catch((error: unknown) => nameError(error));
        if (typeof found === 'string' || found.length > 0)
          failures.push(`${JSON.stringify(address)}: ${typeof found === 'string' ? found : 'found somebody'}`);
      }
      const [one, two] = carriers.map(({ emails }) => emails[0]?.address ?? '');
      if (one === undefined || two === undefined) return failures;
      const swapped = await swapAnswers(bench, askAddress, one, two);
      if (swapped.some(({ identity }) => !identity.emails.some(({ address }) => sameAddress(address, one))))
        failures.push('the answer to another address is believed');
      return [...failures, ...(await judgeRefusals(bench, askAddress, one))];
    },
  },
];
