import { expect, test } from 'vitest';
import { parseDuration } from '../../src/model/duration.ts';

test.each([
  ['0s', 0],
  ['250ms', 250],
  ['30s', 30_000],
  ['15m', 900_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
  ['1w', 604_800_000],
  ['PT30S', 30_000],
  ['PT0.25S', 250],
  ['PT15M', 900_000],
  ['P30D', 2_592_000_000],
  ['P2W', 1_209_600_000],
  ['P1DT2H3M4.5S', 93_784_500],
])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms));

test.each(['', '30', 's', '-5s', '1.5h', ' 30s', '30s ', '30S', 'P', 'PT', 'P1DT', 'P1Y', 'P1M', 'P1W1D', 'PT1H-2M', '9999999999s', '٣s'])(
  '%j is none',
  (text) => expect(parseDuration(text)).toBeUndefined(),
);
