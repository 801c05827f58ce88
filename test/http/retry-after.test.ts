import { expect, test } from 'vitest';
import { parseRateLimit, parseRetryAfter } from '../../src/http/retry-after.ts';

const now = Date.parse('2026-11-22T08:00:00Z');
const date = 'Sun, 22 Nov 2026 08:00:00 GMT';
const dayMs = 24 * 3600 * 1000;

test.each<[Record<string, string>, number | undefined]>([
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after': '1' }, 1000],
  [{ 'retry-after': ' 120 ' }, 120_000],
  [{ 'retry-after': '0.5' }, 500],
  [{ 'retry-after': '864000' }, 10 * dayMs],
  [{ 'retry-after': 'Sun, 22 Nov 2026 08:00:30 GMT' }, 30_000],
  [{ 'retry-after': 'Sunday, 22-Nov-26 08:00:30 GMT' }, 30_000],
  [{ 'retry-after': 'Sun Nov 22 08:00:30 2026' }, 30_000],
  [{ 'retry-after': '2026-11-22T08:00:30Z' }, 30_000],
  [{ 'retry-after': 'Wed, 02 Dec 2026 08:00:00 GMT' }, 10 * dayMs],
  [{ 'retry-after': 'Sun, 22 Nov 2026 07:59:00 GMT' }, undefined],
  [{ 'retry-after': '-5' }, undefined],
  [{ 'retry-after': 'garbage 5' }, undefined],
  [{ 'retry-after': '' }, undefined],
  [{ 'retry-after': '1e3' }, undefined],
  [{ 'retry-after': String(now / 1000) }, undefined],
  [{ 'retry-after': '9'.repeat(400) }, undefined],
  [{ 'retry-after': 'garbage', 'x-ratelimit-reset': '30' }, undefined],
  [{}, undefined],
  [{ 'x-ratelimit-reset': String(now / 1000 + 30) }, 30_000],
  [{ 'ratelimit-reset': String(now + 30_500) }, 30_500],
  [{ 'x-rate-limit-reset': '30' }, 30_000],
  [{ 'x-ratelimit-reset': 'Sun, 22 Nov 2026 08:00:30 +0000' }, 30_000],
  [{ 'x-ratelimit-reset': String(now / 1000 - 30) }, undefined],
  [{ 'x-ratelimit-reset': String(now - 30) }, undefined],
  [{ 'x-ratelimit-reset': '-30' }, undefined],
  [{ 'x-ratelimit-reset': 'soon' }, undefined],
  [{ 'retry-after': '1', 'x-ratelimit-reset': '30' }, 1000],
])('%j asks for %s ms', (headers, expected) => {
  expect(parseRetryAfter(headers, now)).toBe(expected);
  // a service whose clock is a day off says the same by its own Date
  if (!/^\{"(?:x-)?rate/.test(JSON.stringify(headers))) expect(parseRetryAfter({ date, ...headers }, now + dayMs)).toBe(expected);
});

test('times in the answer are read by the clock of the service', () => {
  const reset = String(now / 1000 + 30);
  expect(parseRetryAfter({ date, 'x-ratelimit-reset': reset }, now - dayMs)).toBe(30_000);
  expect(parseRateLimit({ date, 'x-ratelimit-reset': reset, 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': '0' }, now + dayMs)).toEqual({
    limit: 60,
    remaining: 0,
    resetAt: now + dayMs + 30_000,
  });
});

test('quota in either spelling', () => {
  expect(parseRateLimit({ 'ratelimit-limit': '960, 960;w=60', 'ratelimit-remaining': '5', 'ratelimit-reset': '12' }, now)).toEqual({
    limit: 960,
    remaining: 5,
    resetAt: now + 12_000,
  });
  expect(parseRateLimit({ 'x-ratelimit-remaining': 'many' }, now)).toBeUndefined();
  for (const reset of ['9'.repeat(30), String(now / 1000 - 30)]) {
    expect(parseRateLimit({ 'ratelimit-limit': '960', 'ratelimit-reset': reset }, now)).toEqual({
      limit: 960,
      remaining: undefined,
      resetAt: undefined,
    });
  }
});
