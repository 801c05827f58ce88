import type { Page } from '../../src/contract/adapter.ts';
import { recordKey, type SourceRecord } from '../../src/contract/records.ts';
import type { SandboxResponse } from '../../src/contract/sandbox.ts';
import { findPlaces, tryPage, type Bench, type ReadPage, type Trial } from './bench.ts';
import { countLeaves, findEntries, getAt, parseBody, setAt, walk, withJson, withText, type Path } from './json-walk.ts';

/** One entry of one answer of a service, with the records that come of it: what drift is tried on. */
export interface Specimen {
  readonly bench: Bench;
  readonly place: ReadPage;
  /** The whole answer. */
  readonly answer: unknown;
  /** Where the list of entries lies in it. */
  readonly list: Path;
  readonly entry: Path;
  /** Records that are there because of the entry. */
  readonly own: readonly SourceRecord[];
  /** The first of them: the thing itself. */
  readonly main: SourceRecord;
}

export const keyOf = (record: SourceRecord): string => `${record.kind} ${recordKey(record)}`;

export const byKey = (records: readonly SourceRecord[]): ReadonlyMap<string, SourceRecord> =>
  new Map(records.map((record) => [keyOf(record), record]));

/** The page with its answer changed: by another value, or by text. */
export function tryAnswer({ bench, place }: Pick<Specimen, 'bench' | 'place'>, answer: unknown, toText?: (json: string) => string): Promise<Trial> {
  return tryPage(bench, place, {
    effect: { alter: (response: SandboxResponse) => (toText ? withText(response, toText(JSON.stringify(answer))) : withJson(response, answer)) },
  });
}

/** Ids that the records hold anywhere: their own, those of holders, groups and scopes. */
function idsOf(records: readonly SourceRecord[]): ReadonlySet<string> {
  const ids = records.flatMap((record) => {
    const about: (string | undefined)[] = [];
    if ('externalId' in record) about.push(record.externalId);
    if (record.kind === 'grant') about.push(record.principal.externalId, record.scope?.externalId, record.role);
    if (record.kind === 'membership') about.push(record.group, record.member.externalId);
    if (record.kind === 'scope') about.push(record.parent?.externalId);
    if (record.kind === 'identity') about.push(record.organization, ...record.roles, ...record.declared.map(({ externalId }) => externalId));
    if (record.kind === 'credential') about.push(record.identity);
    return about;
  });
  return new Set(ids.filter((id) => id !== undefined));
}

const primaryIds = (page: Page): ReadonlySet<string> =>
  new Set(
    page.records.flatMap((record) =>
      record.kind === 'membership' ? [record.member.externalId] : record.kind === 'grant' ? [record.principal.externalId] : [record.externalId],
    ),
  );

/**
 * The richest entry of the first page of each listing, and of each other kind of page that it has. Pages without objects that carry an id (plain lists of
 * ids, fixed catalogues) have no fields to drift.
 */
export async function findSpecimens(bench: Bench): Promise<readonly Specimen[]> {
  const specimens: Specimen[] = [];
  for (const place of findPlaces(bench)) {
    const exchange = place.exchanges.at(-1);
    if (exchange === undefined || specimens.some((known) => known.place.listing === place.listing && pathOf(known.place) === pathOf(place))) continue;
    const answer = parseBody(exchange.response);
    const list = findEntries(answer, primaryIds(place.page));
    const entries = list && getAt(answer, list);
    if (list === undefined || !Array.isArray(entries)) continue;
    const richest = entries
      .keys()
      .toArray()
      .toSorted((a, b) => countLeaves(entries[b]) - countLeaves(entries[a]));
    for (const index of richest.slice(0, 3)) {
      const entry = [...list, index];
      const without = (await tryAnswer({ bench, place }, setAt(answer, entry, undefined))).page;
      if (without === undefined) continue;
      const rest = byKey(without.records);
      const own = place.page.records.filter((record) => !rest.has(keyOf(record)));
      const [main] = own;
      if (main === undefined) continue;
      specimens.push({ bench, place, answer, list, entry, own, main });
      break;
    }
  }
  return specimens;
}

const pathOf = ({ exchanges }: ReadPage): string | undefined => exchanges.at(-1)?.request.path.replaceAll(/\/[^/]*\d[^/]*/g, '/{id}');

/** Every field of the entry, with its path in the answer. */
export const fieldsOfEntry = ({ answer, entry }: Specimen): readonly (readonly [Path, unknown])[] => walk(getAt(answer, entry), entry);

/** Whether the value at the path is an id, or a part of one, that the entry's records are keyed by. */
export function isId({ own }: Specimen, value: unknown): boolean {
  if (typeof value !== 'string' && typeof value !== 'number') return false;
  const text = String(value);
  if (idsOf(own).has(text)) return true;
  return text.length >= 6 && own.some((record) => recordKey(record).includes(text));
}
