import { v7 as uuidv7 } from 'uuid';
import type { Instant } from '../contract/records.ts';
import type { AccountRef, Decider, LinkDesk, LinkOutcome } from '../directory/link-desk.ts';
import { decideMatches, linkIdentity, mergeUsers, splitUser, unlinkIdentity, type Decided } from '../linking/desk.ts';
import { isEmpty, noChange, ownerOf, type DeskAccount, type DeskState } from '../model/desk-change.ts';
import type { Stamp } from '../linking/desk-draft.ts';
import { revert } from '../linking/desk-revert.ts';
import { describePerson } from '../linking/person.ts';
import { accountsIn, onlyService, personOf, targetsOf } from '../linking/desk-targets.ts';
import type { AuditOperation } from '../model/audit.ts';
import { formatNodeId } from '../model/global-id.ts';
import type { Refusal } from '../model/refusal.ts';
import { keyText, type RecordKey } from '../model/views.ts';
import { appendAudit } from '../store/audit/chain.ts';
import { auditEventById, newestAbout } from '../store/audit/find.ts';
import { readLinkingContext, type LinkingContext } from '../store/linking/context.ts';
import { applyDesk } from '../store/linking/desk-apply.ts';
import { accountsNamed, casesOfAccounts } from '../store/linking/desk-find.ts';
import { readDesk, type DeskQuestion } from '../store/linking/desk-read.ts';
import { fromSides, toSides } from '../store/linking/desk-sides.ts';
import type { Db, StoreConnection } from '../store/open.ts';
import { lazyRevision, lockRevisions } from '../store/revision.ts';
import { serviceProfiles } from '../store/sync/services.ts';

export interface LinkDeskOptions {
  readonly store: StoreConnection;
  now(): Instant;
}

interface Work {
  readonly trx: Db;
  readonly context: LinkingContext;
  readonly stamp: Stamp;
  /** What stands, as nobody else can change it before this decision is written. */
  read(question: Partial<DeskQuestion>): Promise<DeskState>;
}

interface Verdict extends Decided {
  readonly userId?: string | undefined;
  readonly reverts?: string;
}

/** Takes decisions by hand: each is one transaction with its own revision and its one event. */
export function createLinkDesk({ store, now }: LinkDeskOptions): LinkDesk {
  async function decide(operation: AuditOperation, by: Decider, work: (work: Work) => Promise<Verdict>): Promise<LinkOutcome> {
    const services = await serviceProfiles(store);
    return store.write.transaction().execute(async (trx) => {
      await lockRevisions(trx);
      const at = now();
      const context = await readLinkingContext(trx, services, at);
      const read = (question: Partial<DeskQuestion>) => readDesk(trx, context, { accounts: [], users: [], cases: [], ...question });
      const { change, refusals, userId, reverts } = await work({ trx, context, stamp: { actor: by.actor, at, note: by.note }, read });
      const outcome = { userId, identities: accountsIn(change), cases: change.cases.map(({ id }) => id), errors: refusals };
      if (isEmpty(change)) return { ...outcome, eventId: undefined, userId: refusals.length > 0 ? undefined : userId };
      const revision = lazyRevision(trx, operation, at);
      await applyDesk(trx, context, change, describePerson, revision, at);
      const eventId = await appendAudit(trx, {
        at,
        revision: await revision.get(),
        actor: by.actor,
        operation,
        svc: onlyService(change),
        targets: targetsOf(change, userId),
        outcome: 'APPLIED',
        reason: by.note,
        requestId: by.requestId,
        ...toSides(change),
        reverts,
      });
      return { ...outcome, eventId };
    });
  }

  return {
    linkIdentity: (identity, userId, by) =>
      decide('linkIdentity', by, async ({ trx, stamp, read }) => {
        const key = await oneAccount(trx, identity, ['identity']);
        if ('code' in key) return refusal(key);
        const state = await read({ accounts: [key], users: [userId] });
        const account = state.accounts.get(keyText(key));
        return account === undefined ? refusal(noAccount(['identity'])) : { ...linkIdentity(state, account, userId, stamp), userId };
      }),
    unlinkIdentity: (identity, by) =>
      decide('unlinkIdentity', by, async ({ trx, stamp, read }) => {
        const key = await oneAccount(trx, identity, ['identity']);
        if ('code' in key) return refusal(key);
        const state = await read({ accounts: [key] });
        const account = state.accounts.get(keyText(key));
        return account === undefined ? refusal(noAccount(['identity'])) : { ...unlinkIdentity(state, account, stamp), userId: ownerOf(account.link) };
      }),
    decideMatches: ({ cases, filter, decision, limit }, by) =>
      decide('decideMatches', by, async ({ trx, context, stamp, read }) => {
        const chosen = cases ?? (await casesOfAccounts(trx, context, filter ?? {}, limit));
        const state = await read({ cases: chosen });
        const missing = chosen.filter((id) => !state.cases.has(id)).map((id) => noCase(id));
        const decided = decideMatches(
          state,
          chosen.flatMap((id) => state.cases.get(id) ?? []),
          decision,
          stamp,
        );
        const owners = new Set(decided.change.links.flatMap(({ after }) => ownerOf(after) ?? []));
        const [only, second] = owners;
        return { ...decided, refusals: [...missing, ...decided.refusals], userId: second === undefined ? only : undefined };
      }),
    mergeUsers: (into, from, by) =>
      decide('mergeUsers', by, async ({ stamp, read }) => ({
        ...mergeUsers(await read({ users: [into, ...from] }), into, from, stamp),
        userId: into,
      })),
    splitUser: (userId, identities, by) =>
      decide('splitUser', by, async ({ trx, stamp, read }) => {
        const keys = await Promise.all(identities.map((each, index) => oneAccount(trx, each, ['identities', String(index)])));
        const unknown = keys.filter((key) => 'code' in key);
        if (unknown.length > 0) return { change: noChange, refusals: unknown };
        const state = await read({ users: [userId], accounts: keys.filter((key): key is RecordKey => !('code' in key)) });
        const accounts = keys.flatMap((key): readonly DeskAccount[] => present('code' in key ? undefined : state.accounts.get(keyText(key))));
        const newId = uuidv7();
        return { ...splitUser(state, userId, accounts, newId, stamp), userId: newId };
      }),
    revertLinkChange: (eventId, by) =>
      decide('revertLinkChange', by, async ({ trx, read }) => {
        const event = await auditEventById(trx, eventId);
        const change = event && fromSides(event.before, event.after);
        if (event === undefined || change === undefined) return refusal(noEvent);
        const users = [...change.retired.map(({ id }) => id), ...change.links.flatMap(({ before, after }) => [before?.userId, after?.userId])];
        const state = await read({
          accounts: [...change.links, ...change.rejections],
          users: users.filter((id) => id !== undefined),
          cases: change.cases.map(({ id }) => id),
        });
        const undone = revert(change, state);
        if ('change' in undone) return { change: undone.change, refusals: [], userId: personOf(undone.change), reverts: eventId };
        const { accounts, people, cases } = undone.moved;
        const later = await newestAbout(
          trx,
          [...accounts.map((id) => `Identity:${id}`), ...people.map((id) => `User:${id}`), ...cases.map((id) => `MatchCase:${id}`)],
          event.revision,
        );
        return refusal({ code: 'CONFLICT', field: ['event'], message: standsOn(later) });
      }),
  };
}

const present = <T>(value: T | undefined): readonly T[] => (value === undefined ? [] : [value]);

const refusal = (refused: Refusal): Verdict => ({ change: noChange, refusals: [refused] });

const noAccount = (field: readonly string[]): Refusal => ({
  code: 'NOT_FOUND',
  field,
  message: 'no such account is known: read the service first, or look it up with `identity`',
});

const noCase = (id: string): Refusal => ({ code: 'NOT_FOUND', field: ['cases', id], message: 'no such case: ask for `matchCases` again' });

const noEvent: Refusal = { code: 'NOT_FOUND', field: ['event'], message: 'no decision about links has this id: take `id` from `auditEvents`' };

function standsOn(later: { readonly id: string; readonly operation: string } | undefined): string {
  return later === undefined
    ? 'a rule of linking has changed it since: say what holds now with `linkIdentity` or `unlinkIdentity`'
    : `a later decision stands on it: take that one back first, with \`revertLinkChange(event: "${formatNodeId({ type: 'AuditEvent', id: later.id })}")\` (${later.operation})`;
}

async function oneAccount(trx: Db, { service, externalId }: AccountRef, field: readonly string[]): Promise<RecordKey | Refusal> {
  const found = await accountsNamed(trx, service, externalId);
  const [only, second] = found;
  if (only === undefined) return noAccount(field);
  if (second === undefined) return only;
  return { code: 'CONFLICT', field, message: `${found.length} services of this type know that id: say which by \`serviceId\`` };
}
