import type { AccountStatus, EmailProof, PrincipalKind } from '../../src/contract/records.ts';
import { resolve } from '../../src/linking/resolve.ts';
import { emailKey } from '../../src/model/email-key.ts';
import type {
  AccountEvidence,
  CurrentLink,
  Evidence,
  HeldAddress,
  LinkDecision,
  LinkingOutcome,
  LinkingService,
  OpenCase,
  ServiceEvidence,
} from '../../src/model/link-evidence.ts';

/** One account as a service reports it. */
export interface Reported {
  readonly key: string;
  readonly kind?: PrincipalKind;
  readonly status?: AccountStatus;
  readonly emails?: readonly (readonly [address: string, proof: EmailProof])[];
  /** `svc/key` of the accounts that it names. */
  readonly declares?: readonly string[];
  readonly incarnation?: number;
}

export interface WorldService extends Partial<LinkingService> {
  readonly svc: number;
  readonly name: string;
}

interface Version {
  readonly rev: number;
  readonly reported: Reported;
}

interface DecisionRow extends LinkDecision {
  readonly incarnation: number;
  readonly byHand: boolean;
  readonly fromRev: number;
}

export interface World {
  /** The whole of a service, as of the next revision. Accounts that it lacks become tombstones. */
  seal(svc: number, accounts: readonly Reported[]): void;
  /** Resolves everything and keeps the decisions. */
  link(): LinkingOutcome;
  /** Somebody's decision about one account. */
  decide(id: string, decision: Pick<LinkDecision, 'state' | 'userId'>): void;
  linkOf(id: string): LinkDecision | undefined;
  userOf(id: string): string | undefined;
  /** `svc/key` of the accounts of each person who has several, sorted. */
  groups(): readonly (readonly string[])[];
  /** `svc/key reason` of the open cases, sorted. */
  cases(): readonly string[];
  merged(): ReadonlyMap<string, string>;
}

const managedDomains = ['acme.example', 'acme.co'];

/** A store in memory with the same notions as the real one: revisions, versions, decisions. */
export function createWorld(services: readonly WorldService[]): World {
  const versions = new Map<string, Version[]>();
  const decisions = new Map<string, DecisionRow[]>();
  const firstRevs = new Map<number, number>();
  const retired = new Map<string, string>();
  let openCases: LinkingOutcome['cases'] = [];
  let rev = 0;
  let people = 0;

  const userOf = (id: string): string | undefined => {
    const last = decisions.get(id)?.at(-1);
    return last?.state === 'LINKED_AUTO' || last?.state === 'LINKED_MANUAL' ? last.userId : undefined;
  };
  const record = (id: string, row: DecisionRow): void => void decisions.set(id, [...(decisions.get(id) ?? []), row]);
  const none = { state: 'UNLINKED', userId: undefined, rule: undefined, confidence: undefined, evidence: [] } as const;

  function evidence(): Evidence {
    const known = services.map(({ svc, ...rest }): ServiceEvidence => ({
      svc,
      emailTrust: 'MANAGED_DOMAINS',
      managedDomains,
      people: 'match',
      firstRev: firstRevs.get(svc) ?? 0,
      ...rest,
    }));
    const accounts = [...versions].map(([id, all]) =>
      toAccount(id, all, decisions.get(id) ?? [], firstRevs.get(Number(id.split('/')[0])) ?? 0, openCases),
    );
    return {
      accounts: new Map(accounts.map((account) => [account.id, account])),
      services: new Map(known.map((service) => [service.svc, service])),
      crowded: new Map(),
      crowdedMailboxes: new Set(),
      retainedFrom: 0,
    };
  }

  return {
    seal(svc, accounts) {
      rev += 1;
      if (!firstRevs.has(svc)) firstRevs.set(svc, rev);
      const named = new Map(accounts.map((account) => [`${svc}/${account.key}`, account]));
      for (const [id, reported] of named) {
        const before = versions.get(id) ?? [];
        if (JSON.stringify(before.at(-1)?.reported) !== JSON.stringify(reported)) versions.set(id, [...before, { rev, reported }]);
      }
      for (const [id, before] of versions) {
        const last = before.at(-1);
        if (!id.startsWith(`${svc}/`) || named.has(id) || last === undefined || last.reported.status === 'DELETED') continue;
        const { emails: _, declares: __, ...rest } = last.reported;
        versions.set(id, [...before, { rev, reported: { ...rest, status: 'DELETED' } }]);
      }
    },
    link() {
      rev += 1;
      const outcome = resolve(evidence(), () => `person-${String(++people).padStart(4, '0')}`);
      for (const { svc, key, incarnation, decision, byHand } of outcome.links) {
        record(`${svc}/${key}`, { ...(decision ?? none), incarnation, byHand, fromRev: rev });
      }
      for (const [from, into] of outcome.merged) retired.set(from, into);
      openCases = outcome.cases;
      return outcome;
    },
    decide(id, decision) {
      rev += 1;
      const incarnation = versions.get(id)?.at(-1)?.reported.incarnation ?? 1;
      record(id, { ...none, ...decision, incarnation, byHand: true, fromRev: rev });
    },
    linkOf: (id) => decisions.get(id)?.at(-1),
    userOf,
    groups() {
      const byUser = Map.groupBy([...versions.keys()].toSorted(), userOf);
      byUser.delete(undefined);
      return [...byUser.values()].filter((ids) => ids.length > 1).toSorted((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1));
    },
    cases: () => openCases.map(({ svc, key, reason }) => `${svc}/${key} ${reason}`).toSorted(),
    merged: () => retired,
  };
}

function toAccount(
  id: string,
  versions: readonly Version[],
  decisions: readonly DecisionRow[],
  firstRev: number,
  cases: LinkingOutcome['cases'],
): AccountEvidence {
  const last = versions.at(-1);
  if (last === undefined) throw new Error(`no version of ${id}`);
  const { reported } = last;
  const incarnation = reported.incarnation ?? 1;
  const own = decisions.filter((row) => row.incarnation === incarnation);
  const open = decisions.at(-1);
  const standing = open?.state === 'UNLINKED' && !open.byHand ? undefined : open;
  const svc = Number(id.split('/')[0]);
  const key = id.slice(id.indexOf('/') + 1);
  const link: CurrentLink | undefined = standing?.incarnation === incarnation ? standing : undefined;
  return {
    id,
    svc,
    key,
    incarnation,
    seen: versions.find((version) => (version.reported.incarnation ?? 1) === incarnation)?.rev ?? 0,
    original: versions.length === 1 && last.rev <= firstRev,
    kind: reported.kind ?? 'HUMAN',
    status: reported.status ?? 'ACTIVE',
    displayName: undefined,
    firstName: undefined,
    lastName: undefined,
    username: undefined,
    lastActiveAt: undefined,
    addresses: held(versions),
    emails: [],
    declares: (reported.declares ?? []).map((target) => ({ target, via: '' })),
    link,
    staleLink: standing !== undefined && standing.incarnation !== incarnation,
    formerUser: standing !== undefined && standing.incarnation !== incarnation ? standing.userId : undefined,
    linkedSince: linkedSince(own),
    rejected: new Set(own.flatMap((row) => (row.byHand && row.state !== 'LINKED_MANUAL' && row.userId !== undefined ? row.userId : []))),
    cases: cases
      .filter((each) => `${each.svc}/${each.key}` === id)
      .map(({ reason, candidates }): OpenCase => ({ id: `${id} ${reason}`, reason, candidates, openedAt: 0, decided: false })),
  };
}

function held(versions: readonly Version[]): readonly HeldAddress[] {
  const found = new Map<string, HeldAddress>();
  versions.forEach(({ rev, reported }, index) => {
    for (const [address, proof] of reported.emails ?? []) {
      const key = emailKey(address);
      if (key === undefined) continue;
      const next = versions.slice(index + 1).find((later) => !(later.reported.emails ?? []).some(([other]) => emailKey(other)?.exact === key.exact));
      found.set(key.exact, { exact: key.exact, untagged: key.untagged, proof, since: found.get(key.exact)?.since ?? rev, until: next?.rev });
    }
  });
  return [...found.values()];
}

function linkedSince(rows: readonly DecisionRow[]): number | undefined {
  let since: number | undefined;
  for (const { state, fromRev } of rows.toReversed()) {
    if (state !== 'LINKED_AUTO' && state !== 'LINKED_MANUAL') break;
    since = fromRev;
  }
  return since;
}
