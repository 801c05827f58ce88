import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../src/contract/records.ts';
import { countEvents, type EventQuestion } from '../../src/model/event-counts.ts';

const question: EventQuestion = { event: 'escalate', since: undefined, until: undefined, filterOn: 'FLOW', includeErrored: false };
const raw = (...counts: readonly JsonValue[]) => ({ event_counts: counts });
const entry = (count: JsonValue, more: Record<string, JsonValue> = {}) => ({ event_name: 'escalate', count, ...more });
const since = Date.UTC(2026, 0, 1);

describe('counts of events', () => {
  test('are added up over flows and accounts', () => {
    expect(countEvents([raw(entry(2, { flow: 'a' }), entry(3, { flow: 'b', filter_on: 'flow' })), raw(entry(0))], question)).toBe(5);
  });

  test('are unknown where nothing was counted, which is not zero', () => {
    expect(countEvents([], question)).toBeUndefined();
    expect(countEvents([undefined, {}, raw()], question)).toBeUndefined();
    expect(countEvents([raw(entry(0))], question)).toBe(0);
  });

  test.each<[string, Partial<EventQuestion>, Record<string, JsonValue>]>([
    ['another event', { event: 'approve' }, {}],
    ['by target', { filterOn: 'TARGET' }, {}],
    ['by flow', {}, { filter_on: 'target' }],
    ['with errored ones', { includeErrored: true }, {}],
    ['without errored ones', {}, { include_errored: true }],
    ['since', { since }, {}],
    ['all time', {}, { since: '2026-01-01T00:00:00Z' }],
    ['until', { until: since }, { until: '2026-01-02T00:00:00Z' }],
  ])('answer nothing but their own question: %s', (_name, asked, counted) => {
    expect(countEvents([raw(entry(7, counted))], { ...question, ...asked })).toBeUndefined();
  });

  test('answer a stretch of time that was counted, however its moments are written', () => {
    const counted = entry(4, { since: '2026-01-01T01:00:00+01:00', until: '2026-02-01T00:00:00.000Z' });
    expect(countEvents([raw(counted)], { ...question, since, until: Date.UTC(2026, 1, 1) })).toBe(4);
  });

  test('are never made of what is no count', () => {
    for (const odd of ['no list', null, 7, { event_name: 'escalate', count: 1 }])
      expect(countEvents([{ event_counts: odd }], question)).toBeUndefined();
    expect(countEvents([raw(null, 'text', [entry(1)], entry('9'), entry(null))], question)).toBeUndefined();
  });
});
