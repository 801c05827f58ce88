import { setImmediate } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import type { Instant } from '../contract/records.ts';
import { describePerson } from '../linking/person.ts';
import { resolve } from '../linking/resolve.ts';
import { sortName } from '../model/fold.ts';
import type { AccountEvidence, LinkingService } from '../model/link-evidence.ts';
import { keyText, type RecordKey } from '../model/views.ts';
import { saveCases, saveLinks, saveRetired } from '../store/linking/apply.ts';
import { parseKey } from '../store/linking/batches.ts';
import {
  latestRevision,
  pendingAccounts,
  readLinkedRevision,
  readLinkingContext,
  saveLinkedRevision,
  type LinkingContext,
} from '../store/linking/context.ts';
import { gatherEvidence } from '../store/linking/gather.ts';
import { savePeople } from '../store/linking/people.ts';
import type { StoreConnection } from '../store/open.ts';
import { lazyRevision, lockRevisions } from '../store/revision.ts';
import { suggestNamesakes } from './link-names.ts';

export interface LinkingOptions {
  readonly services: readonly LinkingService[];
  readonly now: () => Instant;
  /** Accounts that one transaction starts from; it takes in whatever they are connected with. Default 200. */
  readonly batchSize?: number;
}

export interface LinkingResult {
  /** Accounts that were looked at because something about them had changed. */
  readonly accounts: number;
  /** Links, people and cases that were written. */
  readonly links: number;
  readonly people: number;
  readonly cases: number;
  /** The last revision that linking took; undefined when nothing changed. */
  readonly revision: number | undefined;
}

/**
 * Decides anew about every account whose evidence came, changed or ended since the last run, and about all that they are connected with. Each batch
 * is one transaction; a run that was cut short is repeated whole, and what is decided already is not written again.
 */
export async function linkPending(connection: StoreConnection, options: LinkingOptions): Promise<LinkingResult> {
  const { read, write } = connection;
  const { now, batchSize = 200 } = options;
  const upTo = await latestRevision(read);
  const linked = await readLinkedRevision(read);
  const totals = { accounts: 0, links: 0, people: 0, cases: 0, revision: undefined as number | undefined };
  if (upTo <= linked) return totals;
  const context = await readLinkingContext(read, options.services, now());
  const pending = await pendingAccounts(read, context.services.keys(), linked);
  const lonely = new Map<string, string>();
  const names = new Set<string>();
  totals.accounts = pending.size;
  while (pending.size > 0) {
    const seeds = pending.values().take(batchSize).toArray();
    const batch = await linkBatch(connection, seeds.map(parseKey), context, now);
    for (const id of [...seeds, ...batch.seen]) pending.delete(id);
    for (const [id, name] of batch.lonely) lonely.set(id, name);
    for (const name of batch.names) names.add(name);
    totals.links += batch.links;
    totals.people += batch.people;
    totals.cases += batch.cases;
    totals.revision = batch.revision ?? totals.revision;
    await setImmediate();
  }
  const suggested = await suggestNamesakes(connection, { lonely, names, context, now, batchSize });
  await saveLinkedRevision(write, upTo);
  return {
    ...totals,
    links: totals.links + suggested.links,
    cases: totals.cases + suggested.cases,
    revision: suggested.revision ?? totals.revision,
  };
}

async function linkBatch({ write }: StoreConnection, seeds: readonly RecordKey[], context: LinkingContext, now: () => Instant) {
  // Through the writer: each commit empties the cache of every other connection.
  const gatheredAt = await latestRevision(write);
  const gathered = await gatherEvidence(write, seeds, context);
  const resolved = resolve(gathered, uuidv7);
  return write.transaction().execute(async (trx) => {
    await lockRevisions(trx);
    // Gathered without holding anybody up; gathered again in the rare case that something was written meanwhile.
    const stands = (await latestRevision(trx)) === gatheredAt;
    const evidence = stands ? gathered : await gatherEvidence(trx, seeds, context);
    const outcome = stands ? resolved : resolve(evidence, uuidv7);
    const revision = lazyRevision(trx, 'linking', now());
    await saveLinks(trx, outcome.links, revision, now());
    await saveRetired(trx, outcome.merged, revision);
    const cases = await saveCases(
      trx,
      evidence.accounts.values(),
      outcome.cases,
      ({ svc, key }, { reason }) => reason === 'SAME_NAME' && outcome.lonely.has(keyText({ svc, key })),
      revision,
      now(),
    );
    const people = new Map([...outcome.members].map(([id, accounts]) => [id, describePerson(accounts, context.services)]));
    const names = await savePeople(trx, people, outcome.merged.keys(), revision, now());
    return {
      seen: [...evidence.accounts.keys()],
      lonely: [...outcome.lonely].map((id) => [id, nameOf(evidence.accounts.get(id))] as const),
      names,
      links: outcome.links.length,
      people: names.length,
      cases,
      revision: revision.taken(),
    };
  });
}

const nameOf = (account: AccountEvidence | undefined): string => sortName(account?.displayName, account?.username);
