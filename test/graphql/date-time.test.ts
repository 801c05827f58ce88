import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDateTime } from '../../src/graphql/date-time.ts';

test.each([
  ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31t12:00:00z', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31T12:00:00.123456Z', '2026-01-31T12:00:00.123Z'],
  ['2026-01-31T12:00:00+02:00', '2026-01-31T10:00:00.000Z'],
  ['2024-02-29T23:30:00-01:00', '2024-03-01T00:30:00.000Z'],
])('%s is a moment', (text, moment) => {
  expect(new Date(parseDateTime(text) ?? Number.NaN).toISOString()).toBe(moment);
});

test.each([
  '',
  'garbage 5',
  '2026',
  '2026-01-31',
  '2026-01-31T12:00Z',
  '2026-01-31T12:00:00',
  '2026-01-31 12:00:00Z',
  '2026-01-31T12:00:00 02:00',
  '2026-01-31T12:00:00+0200',
  '2026-01-31T24:00:00Z',
  '2026-02-29T12:00:00Z',
  '2026-13-01T12:00:00Z',
  '12026-01-31T12:00:00Z',
  '1700000000000',
])('%j is none', (text) => {
  expect(parseDateTime(text)).toBeUndefined();
});

test('every moment that is told is understood again', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }), (date) => {
      expect(parseDateTime(date.toISOString())).toBe(date.getTime());
    }),
  );
});
