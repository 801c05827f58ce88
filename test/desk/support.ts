import { createLinkDesk } from '../../src/cli/link-desk.ts';
import { createDirectory } from '../../src/directory/directory.ts';
import type { AccountRef, Decider, LinkDesk } from '../../src/directory/link-desk.ts';
import { localOperator } from '../../src/model/audit.ts';
import { serviceProfiles } from '../../src/store/sync/services.ts';
import { openRev } from '../../src/store/tables.ts';
import { linkPending } from '../../src/sync/link.ts';
import { openSqlite, type TestStore } from '../store/engines.ts';
import { email, fillStore, identity, of, type Filling } from '../store/fixture.ts';

export const now = Date.UTC(2026, 0, 31, 12);
export const by: Decider = { actor: localOperator, note: 'asked them' };

const profile = (people: 'source' | 'match') => ({
  people,
  emailTrust: 'VERIFIED_ONLY',
  managedDomains: ['acme.example'],
  listings: [],
  findByEmail: false,
});

/** Chat and pager know Ann, Ben and Cas; Dee has a second account in chat; two pager accounts have addresses that nobody proves. */
export const company: Filling = {
  services: [
    { name: 'chat', type: 'slack', service_id: 'T1', profile: profile('source') },
    { name: 'pager', type: 'pagerduty', service_id: 'acme', profile: profile('match') },
  ],
  records: [
    ...of(
      'chat',
      identity('A', { displayName: 'Ann Lee', emails: [email('ann@acme.example')] }),
      identity('B', { displayName: 'Ben Orr', emails: [email('ben@acme.example')] }),
      identity('C', { displayName: 'Cas Dow', emails: [email('cas@acme.example')] }),
      identity('D', { displayName: 'Dee Fox', emails: [email('dee@acme.example')] }),
      identity('D2', { displayName: 'Dee Fox', emails: [email('dee.admin@acme.example')] }),
    ),
    ...of(
      'pager',
      identity('PA', { displayName: 'Ann', emails: [email('ann@acme.example')] }),
      identity('PB', { displayName: 'Ben', emails: [email('ben@acme.example')] }),
      identity('PC', { displayName: 'Cas Dow', emails: [email('cas@acme.example', 'UNKNOWN')] }),
      identity('PD', { displayName: 'Dee Fox', emails: [email('dee@acme.example', 'UNKNOWN')] }),
    ),
  ],
};

export const accounts: readonly AccountRef[] = ['A', 'B', 'C', 'D', 'D2', 'PA', 'PB', 'PC', 'PD'].map((externalId) => ({
  service: { type: externalId.startsWith('P') ? 'pagerduty' : 'slack' },
  externalId,
}));

export const account = (externalId: string): AccountRef => {
  const found = accounts.find((each) => each.externalId === externalId);
  if (found === undefined) throw new Error(`no account ${externalId}`);
  return found;
};

export interface DeskBench extends AsyncDisposable {
  readonly store: TestStore;
  readonly desk: LinkDesk;
  /** Runs the rules over what changed. */
  link(): Promise<void>;
  seal(filling: Filling): Promise<void>;
  userOf(externalId: string): Promise<string>;
  /** Links, people, cases and rejections as they stand, without revisions. */
  snapshot(): Promise<unknown>;
  view(): ReturnType<ReturnType<typeof createDirectory>['open']>;
}

export async function startDesk(store?: TestStore): Promise<DeskBench> {
  const opened = store ?? (await openSqlite());
  const { connection } = opened;
  let clock = now;
  await fillStore(connection, company);
  const link = async (): Promise<void> => void (await linkPending(connection, { services: await serviceProfiles(connection), now: () => clock }));
  await link();
  const db = connection.read;
  return {
    store: opened,
    desk: createLinkDesk({ store: connection, now: () => (clock += 1000) }),
    link,
    seal: async (filling) => void (await fillStore(connection, filling)),
    async userOf(externalId) {
      const row = await db.selectFrom('link').select('user_id').where('key', '=', externalId).where('to_rev', '=', openRev).executeTakeFirst();
      return row?.user_id ?? '';
    },
    async snapshot() {
      const standing = async (table: 'link' | 'link_rejection' | 'match_case' | 'person') =>
        (await db.selectFrom(table).selectAll().where('to_rev', '=', openRev).execute())
          .map((row) => JSON.stringify({ ...row, from_rev: 0, to_rev: 0, updated_at: 0 }))
          .toSorted();
      return {
        links: await standing('link'),
        rejections: await standing('link_rejection'),
        cases: await standing('match_case'),
        people: await standing('person'),
      };
    },
    view: () => createDirectory(connection, { now: () => now, managedDomains: ['acme.example'] }).open(),
    [Symbol.asyncDispose]: () => opened.close(),
  };
}
