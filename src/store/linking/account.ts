import type { AccountStatus, EmailProof, IdentityRecord, PrincipalKind } from '../../contract/records.ts';
import type { AccountEvidence, CurrentLink, DeclaredTarget, HeldAddress, ServiceEvidence } from '../../model/link-evidence.ts';
import { keyText, type LinkState, type MatchCandidate } from '../../model/views.ts';
import { openRev } from '../tables.ts';
import { livingId } from './heirs.ts';
import { instanceText, type LinkingContext } from './context.ts';
import type { AccountRows } from './rows.ts';

type RowsOfOne = { readonly [K in Exclude<keyof AccountRows, 'current'>]: readonly AccountRows[K][number][] } & {
  readonly current: AccountRows['current'][number];
};

export function toAccountEvidence(
  rows: RowsOfOne,
  service: ServiceEvidence,
  { instances }: LinkingContext,
  heirs: ReadonlyMap<string, string>,
): AccountEvidence {
  const { current, earlier, emails } = rows;
  const { svc, key, incarnation } = current;
  const versions = earlier.filter((version) => version.incarnation === incarnation);
  const seen = Math.min(current.from_rev, ...versions.map(({ from_rev }) => from_rev));
  const evidence = [...emails, ...rows.declarations];
  const original =
    seen <= service.firstRev &&
    versions.length === earlier.length &&
    versions.every((version) => version.status === current.status && version.account_kind === current.account_kind) &&
    evidence.every(({ from_rev, to_rev }) => from_rev <= service.firstRev && to_rev === openRev);
  const open = rows.links.find(({ to_rev }) => to_rev === openRev);
  const links = rows.links.filter((link) => link.incarnation === incarnation);
  const record = JSON.parse(current.data) as IdentityRecord;
  return {
    id: keyText(current),
    svc,
    key,
    incarnation,
    seen,
    original,
    kind: current.account_kind as PrincipalKind,
    status: current.status as AccountStatus,
    displayName: current.display_name ?? undefined,
    firstName: record.firstName,
    lastName: record.lastName,
    username: current.username ?? undefined,
    lastActiveAt: current.last_active_at ?? undefined,
    addresses: heldAddresses(emails),
    emails: emails
      .filter(({ to_rev }) => to_rev === openRev)
      .map(({ address, exact, proof, is_primary }) => ({ address, exact, proof: proof as EmailProof, primary: is_primary === 1 })),
    declares: rows.declarations.flatMap((row): readonly DeclaredTarget[] => {
      const target = instances.get(instanceText(row.target_type, row.target_service_id));
      if (row.to_rev !== openRev || target === undefined) return [];
      return [{ target: keyText({ svc: target, key: row.target_external_id }), via: row.via }];
    }),
    link: open?.incarnation === incarnation ? toCurrentLink(open) : undefined,
    staleLink: open !== undefined && open.incarnation !== incarnation,
    formerUser: open !== undefined && open.incarnation !== incarnation ? (open.user_id ?? undefined) : undefined,
    linkedSince: linkedSince(links),
    rejected: rejectedUsers(
      rows.rejections.filter((row) => row.incarnation === incarnation),
      open?.incarnation === incarnation ? open : undefined,
      heirs,
    ),
    cases: rows.cases.map(({ id, reason, candidates, opened_at, decision }) => ({
      id,
      reason,
      candidates: JSON.parse(candidates) as MatchCandidate[],
      openedAt: opened_at,
      decided: decision !== null,
    })),
  };
}

type EmailRow = AccountRows['emails'][number];
type LinkRow = AccountRows['links'][number];

const proofsByStrength: readonly string[] = ['VERIFIED', 'ASSERTED', 'UNKNOWN', 'UNVERIFIED'] satisfies readonly EmailProof[];

/** What is or was held last comes first; of two spellings, the better proven one. */
const byStanding = (a: EmailRow, b: EmailRow): number => b.to_rev - a.to_rev || proofsByStrength.indexOf(a.proof) - proofsByStrength.indexOf(b.proof);

function heldAddresses(rows: readonly EmailRow[]): readonly HeldAddress[] {
  const held = new Map<string, HeldAddress>();
  for (const row of rows.toSorted(byStanding)) {
    const { exact, untagged, from_rev, to_rev } = row;
    if (exact === null || untagged === null) continue;
    const before = held.get(exact);
    if (before === undefined) {
      held.set(exact, { exact, untagged, proof: row.proof as EmailProof, since: from_rev, until: to_rev === openRev ? undefined : to_rev });
    } else if (from_rev < before.since) held.set(exact, { ...before, since: from_rev });
  }
  return [...held.values()];
}

const isLinked = ({ state }: { readonly state: string }): boolean => state === 'LINKED_AUTO' || state === 'LINKED_MANUAL';

function toCurrentLink(row: LinkRow): CurrentLink {
  return {
    state: row.state as LinkState,
    userId: row.user_id ?? undefined,
    rule: row.rule ?? undefined,
    confidence: row.confidence ?? undefined,
    evidence: JSON.parse(row.evidence) as string[],
    byHand: row.decided_by !== null,
    fromRev: row.from_rev,
  };
}

/** @param links of one incarnation, oldest first */
function linkedSince(links: readonly LinkRow[]): number | undefined {
  let since: number | undefined;
  let until = openRev;
  for (const link of links.toReversed()) {
    if (link.to_rev !== until || !isLinked(link)) break;
    since = link.from_rev;
    until = link.from_rev;
  }
  return since;
}

function rejectedUsers(
  rejections: readonly { readonly user_id: string }[],
  link: LinkRow | undefined,
  heirs: ReadonlyMap<string, string>,
): ReadonlySet<string> {
  const refused = link !== undefined && link.decided_by !== null && (link.state === 'REJECTED' || link.state === 'UNLINKED');
  const users = [...rejections.map(({ user_id }) => user_id), ...(refused && link.user_id !== null ? [link.user_id] : [])];
  return new Set(users.map((user) => livingId(user, heirs)));
}
