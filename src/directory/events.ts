import type { GrantRecord, IdentityRecord, JsonObject, JsonValue, MembershipRecord } from '../contract/records.ts';
import { linkingRules, readerOf, type AuditEventView, type AuditTarget } from '../model/audit.ts';
import type { ActorRef, RecordKey } from '../model/views.ts';
import { toAuditEvent } from '../store/audit/rows.ts';
import { auditByIds } from '../store/read/audit.ts';
import { eventKeyText, momentsOf, sidesOf, type Sides } from '../store/read/event-details.ts';
import type { EventKind, EventRow } from '../store/read/history.ts';
import type { ViewContext } from './context.ts';

type FoundKind = Exclude<EventKind, 'decision'>;
const foundKinds = ['grant', 'identity', 'link', 'membership'] as const satisfies readonly FoundKind[];

/** Found events have no row of their own: their id says where they are to be seen. */
const formatFoundId = ({ rev, kind, svc, key }: EventRow): string => `${rev}.${kind}.${svc}.${key}`;

function parseFoundId(id: string): Omit<EventRow, 'at'> | undefined {
  const match = /^(\d{1,15})\.(grant|identity|link|membership)\.(\d{1,9})\.([^\0]+)$/s.exec(id);
  if (match === null) return undefined;
  const [, rev, kind, svc, key] = match;
  return { rev: Number(rev), kind: kind as FoundKind, svc: Number(svc), key: key ?? '' };
}

export async function eventsByIds(context: ViewContext, ids: readonly string[]): Promise<ReadonlyMap<string, AuditEventView>> {
  const { at } = context;
  const found = ids.flatMap((id) => parseFoundId(id) ?? []).filter(({ rev, svc }) => rev <= at.rev && at.svcs.includes(svc));
  const moments = await momentsOf(at, [...new Set(found.map(({ rev }) => rev))]);
  const decisions = ids.filter((id) => parseFoundId(id) === undefined);
  const rows = [
    ...decisions.map((key): EventRow => ({ rev: 0, at: 0, kind: 'decision', svc: 0, key })),
    ...found.flatMap((each): readonly EventRow[] => {
      const moment = moments.get(each.rev);
      return moment === undefined ? [] : [{ ...each, at: moment }];
    }),
  ];
  return new Map((await toEvents(context, rows)).values().map((event) => [event.id, event]));
}

/** The events of rows, by row: a constant number of statements. */
export async function toEvents(context: ViewContext, rows: readonly EventRow[]): Promise<ReadonlyMap<EventRow, AuditEventView>> {
  const { at } = context;
  const ofKind = Map.groupBy(rows, ({ kind }) => kind);
  const stored = await auditByIds(
    at,
    (ofKind.get('decision') ?? []).map(({ key }) => key),
  );
  const decisions = new Map(stored.map((row) => [row.id, toAuditEvent(row)]));
  const sides = new Map(await Promise.all(foundKinds.map(async (kind) => [kind, await sidesOf(at, kind, ofKind.get(kind) ?? [])] as const)));
  const events = new Map<EventRow, AuditEventView>();
  for (const row of rows) {
    const { kind } = row;
    const own = kind === 'decision' ? undefined : sides.get(kind)?.get(eventKeyText(row));
    const event = kind === 'decision' ? decisions.get(row.key) : own && toFound(context, row, kind, own);
    if (event !== undefined) events.set(row, event);
  }
  return events;
}

function toFound({ services }: ViewContext, row: EventRow, kind: FoundKind, sides: Sides): AuditEventView {
  const parse = (text: string | undefined): JsonObject | undefined => (text === undefined ? undefined : (JSON.parse(text) as JsonObject));
  const [before, after] = [parse(sides.before), parse(sides.after)];
  const reader = readerOf(services.find(({ svc }) => svc === row.svc)?.name ?? '');
  const actor: ActorRef = kind === 'link' ? linkingRules : reader;
  return {
    id: formatFoundId(row),
    at: row.at,
    revision: row.rev,
    actor,
    operation: operationOf(kind, before, after),
    svc: row.svc,
    targets: [before, after].flatMap((side) => (side === undefined ? [] : targetsOf(kind, row, side))).filter(isFirst),
    outcome: 'VERIFIED',
    reason: undefined,
    requestId: undefined,
    ...differing(before, after),
    reverts: undefined,
  };
}

function operationOf(kind: FoundKind, before: JsonObject | undefined, after: JsonObject | undefined): string {
  if (kind === 'link') return isLinked(after) ? 'identity.linked' : 'identity.unlinked';
  const isGone = (side: JsonObject | undefined): boolean => side === undefined || (kind === 'identity' && side['status'] === 'DELETED');
  if (isGone(after)) return `${kind}.removed`;
  return `${kind}.${isGone(before) ? 'added' : 'changed'}`;
}

const isLinked = (link: JsonObject | undefined): boolean => link?.['state'] === 'LINKED_AUTO' || link?.['state'] === 'LINKED_MANUAL';

function targetsOf(kind: FoundKind, { svc, key }: RecordKey, side: JsonObject): readonly AuditTarget[] {
  const principal = ({ kind: type, externalId }: GrantRecord['principal']): AuditTarget => ({
    type: type === 'identity' ? 'Identity' : 'Group',
    svc,
    key: externalId,
  });
  switch (kind) {
    case 'grant':
      return [{ type: 'Grant', svc, key }, principal((side as unknown as GrantRecord).principal)];
    case 'membership': {
      const { group, member } = side as unknown as MembershipRecord;
      return [{ type: 'Group', svc, key: group }, principal(member)];
    }
    case 'link': {
      const user = side['user'];
      return [{ type: 'Identity', svc, key }, ...(isLinked(side) && typeof user === 'string' ? [{ type: 'User', id: user } as const] : [])];
    }
    case 'identity':
      return [{ type: 'Identity', svc, key: (side as unknown as IdentityRecord).externalId }];
  }
}

const isFirst = (target: AuditTarget, index: number, all: readonly AuditTarget[]): boolean =>
  all.findIndex((other) => JSON.stringify(other) === JSON.stringify(target)) === index;

/** Of a change, what changed; of the rest, all but the service's own words. */
function differing(before: JsonObject | undefined, after: JsonObject | undefined): Pick<AuditEventView, 'before' | 'after'> {
  const keep = (side: JsonObject | undefined, other: JsonObject | undefined): JsonObject | undefined => {
    if (side === undefined) return undefined;
    const isKept = ([name, value]: readonly [string, JsonValue]): boolean =>
      name !== 'raw' && (other === undefined || JSON.stringify(value) !== JSON.stringify(other[name]));
    return Object.fromEntries(Object.entries(side).filter(isKept));
  };
  return { before: keep(before, after), after: keep(after, before) };
}
