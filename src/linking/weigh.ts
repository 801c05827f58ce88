import type { AccountEvidence, Evidence, LinkingOutcome } from '../model/link-evidence.ts';
import { keyText } from '../model/views.ts';
import { tieByAddress, weighAddresses } from './addresses.ts';
import { weighDeclarations } from './declarations.ts';
import { accountsByUser, joinAll } from './decided.ts';
import { linkChanges, reasonsOf, toCases } from './decisions.ts';
import { addressConflicts, changedAddresses, clashes, sharedUnproven } from './doubts.ts';
import { createKeyring } from './keyring.ts';
import { tieByMailbox } from './mailboxes.ts';
import { assignOwners, type Owners } from './owners.ts';
import { createPartition, groupBy } from './partition.ts';
import { pinEarlierLinks } from './pins.ts';

/** Weighs all evidence once. What it decides may be evidence itself; see `resolve`. */
export function weigh(evidence: Evidence, newId: () => string): LinkingOutcome {
  const ring = createKeyring(evidence);
  const users = accountsByUser(evidence);
  const declared = weighDeclarations(evidence, users, ring);
  const weighed = weighAddresses(evidence, ring, declared.known, declared.disputed);

  const partition = createPartition(evidence.accounts.values());
  for (const group of declared.known.groups()) joinAll(partition, group);
  const tied = tieByAddress(weighed, partition);
  const mailboxes = tieByMailbox(weighed, tied.leftOut, evidence, ring, partition);
  const blocks = [...declared.blocks, ...tied.blocks, ...mailboxes.blocks];
  const disputedUsers = [...users.values()].filter((accounts) => accounts.some(({ id }) => declared.disputed.has(id)));
  const disputes = blocks.filter(({ original }) => original);
  const whole = disputedUsers
    .filter((accounts) => disputes.some((block) => block.accounts.some((account) => declared.disputed.has(account.id) && accounts.includes(account))))
    .map((accounts) => ({ accounts, original: true }));
  const freed = pinEarlierLinks(users, partition, [...blocks, ...whole]);

  const isLone = (account: AccountEvidence): boolean => partition.members(partition.rootOf(account)).length === 1;
  const conflicts = [
    ...declared.doubts.filter(({ account }) => declared.disputed.has(account.id)),
    ...addressConflicts({ evidence, ring, weighed, partition }),
  ];
  const conflictOf = new Map(conflicts.filter(({ account }) => isLone(account)).map((doubt) => [doubt.account.id, doubt]));
  const sources = [...evidence.services.values()].filter(({ people }) => people === 'source').map(({ svc }) => svc);
  const owners = assignOwners({
    partition,
    known: declared.known,
    ring,
    freed,
    inConflict: new Set(conflictOf.keys()),
    isSource: (svc) => sources.length === 0 || sources.includes(svc),
    newId,
  });

  const members = membersOf(evidence, users, owners);
  const context = { evidence, ring, weighed, partition, owners };
  const doubts = [
    ...declared.doubts,
    ...conflicts.filter(({ account, reason }) => !owners.of.has(account.id) && reason !== 'CLAIMED_TWICE' && reason !== 'CONTRADICTORY'),
    ...owners.doubts,
    ...clashes(blocks, context),
    ...changedAddresses(context),
  ];
  const settled = new Set([...conflictOf.keys(), ...doubts.map(({ account }) => account.id)]);
  const cases = toCases([...doubts, ...sharedUnproven(context, settled)], owners, members, ring);
  const inCase = new Set(cases.map(({ svc, key }) => keyText({ svc, key })));
  const unsettled = [...evidence.accounts.values()].filter(
    (account) =>
      account.kind === 'HUMAN' &&
      account.status !== 'DELETED' &&
      !conflictOf.has(account.id) &&
      !inCase.has(account.id) &&
      (!owners.of.has(account.id) || (isLone(account) && ring.keysOf(account).length === 0)),
  );
  const lonely = new Set(unsettled.map(({ id }) => id));
  const links = linkChanges({
    accounts: evidence.accounts.values(),
    owners,
    reasons: reasonsOf([...declared.ties, ...tied.ties, ...mailboxes.ties], ring),
    ring,
    inConflict: conflictOf,
    cases,
    lonely,
  });
  return { links, merged: owners.merged, cases, members, lonely };
}

function membersOf(
  evidence: Evidence,
  users: ReadonlyMap<string, readonly AccountEvidence[]>,
  owners: Owners,
): ReadonlyMap<string, readonly AccountEvidence[]> {
  const members = new Map<string, readonly AccountEvidence[]>();
  const former = evidence.accounts.values().flatMap(({ formerUser }) => (formerUser === undefined ? [] : [formerUser]));
  for (const user of [...users.keys(), ...former]) if (!owners.merged.has(user)) members.set(user, []);
  for (const [user, accounts] of groupBy(evidence.accounts.values(), ({ id }) => owners.of.get(id))) members.set(user, accounts);
  return members;
}
