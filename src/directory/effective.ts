import type { GrantRecord, RoleLevel, ScopeKind } from '../contract/records.ts';
import type { AccessBehind, EffectiveAccessView } from '../model/access.ts';
import { levelOfRank, levelRank } from '../model/levels.ts';
import type { GrantFilter, RecordKey } from '../model/views.ts';
import { effectiveOfPeople, grantsBehind, highestRanks, listEffective, type EffectivePosition, type EffectiveRow } from '../store/read/effective.ts';
import { toPlace, toQuestion } from './access-place.ts';
import { heldAt } from './moment.ts';
import { narrowed, selectorsOf, toSourced, type ViewContext } from './context.ts';
import { toSlice, toSlices, toStretch, type ListOrder } from './slice.ts';
import type { View } from './view.ts';
import { openWays, type HeldGrant } from './ways.ts';

const byPlace: ListOrder<EffectiveRow, EffectivePosition> = {
  shape: ['service', 'text', 'text', 'integer'],
  valuesOf: ({ svc, scope_kind, scope_key, unknown }) => [svc, scope_kind, scope_key, unknown],
  toPosition: ([svc, kind, key, unknown]) => ({
    user_id: '',
    svc: svc as number,
    scope_kind: kind as string,
    scope_key: key as string,
    unknown: unknown as number,
  }),
};

const byPersonAndPlace: ListOrder<EffectiveRow, EffectivePosition> = {
  shape: ['text', ...byPlace.shape],
  valuesOf: (row) => [row.user_id, ...byPlace.valuesOf(row)],
  toPosition: ([userId, ...place]) => ({ ...byPlace.toPosition(place), user_id: userId as string }),
};

/** Equal rows have equal text. */
export const accessText = ({ userId, place: { svc, kind, key }, level }: EffectiveAccessView): string =>
  JSON.stringify([userId, svc, kind, key ?? '', level === 'UNKNOWN']);

// Five values a row stay well below SQLite's 32,766 parameters a statement.
const rowsAStatement = 5_000;

type EffectiveQuestions = 'effectiveAccess' | 'effectiveAccessOfUsers' | 'accessBehind' | 'levelsOfUsers';

export function createEffective(context: ViewContext): Pick<View, EffectiveQuestions> {
  return {
    effectiveAccess: async (filter, window) => {
      const { question } = await toQuestion(context, filter);
      const rows = await listEffective(question, toStretch('effective access', byPersonAndPlace, window));
      return toSlice('effective access', byPersonAndPlace, window, rows, (row) => toAccess(row, filter));
    },
    effectiveAccessOfUsers: async (userIds, filter, window) => {
      const list = 'effective access of a user';
      const { question } = await toQuestion(context, filter);
      const rows = await effectiveOfPeople(question, userIds, toStretch(list, byPlace, window));
      return toSlices(
        list,
        byPlace,
        window,
        rows,
        ({ user_id }) => user_id,
        (row) => toAccess(row, filter),
      );
    },
    accessBehind: async (rows, filter) => {
      const behind = new Map<string, AccessBehind>();
      for (let start = 0; start < rows.length; start += rowsAStatement) {
        for (const [text, each] of await readBehind(context, rows.slice(start, start + rowsAStatement), filter)) behind.set(text, each);
      }
      return behind;
    },
    levelsOfUsers: async (userIds, { service, scope }) => {
      const at = narrowed(context, selectorsOf(service === undefined ? undefined : { type: service }));
      const question = { at, now: context.now, filter: scope === undefined ? {} : { scope: toPlace(context, scope) } };
      const ranks = new Map((await highestRanks(question, userIds)).map(({ user_id, level }) => [user_id, levelOfRank(level)]));
      return new Map(userIds.map((userId): [string, RoleLevel] => [userId, ranks.get(userId) ?? 'NONE']));
    },
  };
}

const toAccess = (row: EffectiveRow, filter: GrantFilter): EffectiveAccessView => ({
  userId: row.user_id,
  place: { svc: row.svc, kind: row.scope_kind as ScopeKind, key: row.scope_key === '' ? undefined : row.scope_key },
  level: levelOfRank(row.level),
  expiresAt: row.until ?? undefined,
  filter,
});

async function readBehind(
  context: ViewContext,
  rows: readonly EffectiveAccessView[],
  filter: GrantFilter,
): Promise<ReadonlyMap<string, AccessBehind>> {
  const { past, question } = await toQuestion(context, filter);
  const found = await grantsBehind(question, rows.map(toPosition));
  const held = found.map((row) => ({
    text: JSON.stringify([row.user_id, row.svc, row.scope_kind, row.scope_key, row.unknown === 1]),
    account: { svc: row.svc, key: row.account },
    grant: heldAt(toSourced<GrantRecord>(past, row), filter.asOf),
  }));
  const waysOf = await openWays(
    question.at,
    held.filter(({ grant }) => grant.record.principal.kind === 'group').map(({ account }) => account),
    question.filter.scope,
  );
  const byRow = Map.groupBy(held, ({ text }) => text);
  return new Map(
    rows.map((row): [string, AccessBehind] => {
      const own = byRow.get(accessText(row)) ?? [];
      const permissions = new Set(own.flatMap(({ grant }) => grant.record.permissions));
      return [accessText(row), { ...waysOf(own), role: roleOf(own), permissions: [...permissions].toSorted() }];
    }),
  );
}

const toPosition = ({ userId, place: { svc, kind, key }, level }: EffectiveAccessView): EffectivePosition => ({
  user_id: userId,
  svc,
  scope_kind: kind,
  scope_key: key ?? '',
  unknown: Number(level === 'UNKNOWN'),
});

/** Of the grants with the highest level, the one that lasts longest. */
function roleOf(held: readonly HeldGrant[]): RecordKey | undefined {
  const [best] = held
    .map(({ grant }) => grant)
    .toSorted(
      (a, b) => levelRank(b.record.level) - levelRank(a.record.level) || (b.record.expiresAt ?? Infinity) - (a.record.expiresAt ?? Infinity) || 0,
    );
  return best?.record.role === undefined ? undefined : { svc: best.svc, key: best.record.role };
}
