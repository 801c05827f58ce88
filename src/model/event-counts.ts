import type { Instant, JsonObject, JsonValue } from '../contract/records.ts';
import type { EventCountFilter } from './views.ts';

export interface EventQuestion {
  readonly event: string;
  readonly since: Instant | undefined;
  readonly until: Instant | undefined;
  readonly filterOn: EventCountFilter;
  readonly includeErrored: boolean;
}

/**
 * Adds up what the accounts' services counted to exactly this question: one count for each flow or target. Undefined when none was counted: a count
 * over another stretch of time says nothing about this one.
 */
export function countEvents(raws: readonly (JsonObject | undefined)[], question: EventQuestion): number | undefined {
  const counts = raws.flatMap((raw) => entriesOf(raw?.['event_counts'])).flatMap((entry) => (answers(entry, question) ? numberOf(entry) : []));
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

function entriesOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

const isObject = (value: JsonValue): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

// What an entry leaves out is the default of Sym's User.get_event_count (docs.symops.com, sym.sdk.user).
function answers(entry: JsonObject, { event, since, until, filterOn, includeErrored }: EventQuestion): boolean {
  return (
    entry['event_name'] === event &&
    (entry['filter_on'] ?? 'flow') === filterOn.toLowerCase() &&
    (entry['include_errored'] ?? false) === includeErrored &&
    isAt(entry['since'], since) &&
    isAt(entry['until'], until)
  );
}

function isAt(told: JsonValue | undefined, asked: Instant | undefined): boolean {
  if (told === undefined || told === null) return asked === undefined;
  return typeof told === 'string' && Date.parse(told) === asked;
}

const numberOf = ({ count }: JsonObject): readonly number[] => (typeof count === 'number' ? [count] : []);
