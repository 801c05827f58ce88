import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createToJsonBytes } from '../../src/server/json-bytes.ts';

const toJsonBytes = createToJsonBytes();
const text = (value: object): string => toJsonBytes(value).toString('utf8');

describe('an answer as bytes', () => {
  it('is what JSON.stringify says, whatever its shape', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.boolean(),
      fc.constantFrom(null, undefined, new Date(0), { toJSON: () => 'own' }, { toJSON: () => undefined }),
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.array(tie('value'), { maxLength: 20 }),
        fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('data', '__proto__', '"')), tie('value'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), (each) => {
        expect(toJsonBytes(each).equals(Buffer.from(JSON.stringify(each)))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([0, 1, 7, 8, 9, 500])('with %i rows in a connection', (rows) => {
    const nodes = Array.from({ length: rows }, (_each, n) =>
      n % 7 === 6 ? undefined : { n, name: n % 2 === 0 ? 'Юрий\n"' : 'Zoé', gone: undefined },
    );
    const value = { errors: undefined, data: { users: { pageInfo: { endCursor: 'x' }, nodes, none: undefined } }, extensions: {} };
    expect(text(value)).toBe(JSON.stringify(value));
  });

  it('may be longer than any before, and the next one shorter', () => {
    const long = { list: Array.from({ length: 10 }, () => '€'.repeat(600_000)) };
    expect(text(long) === JSON.stringify(long)).toBe(true);
    const short = { list: Array.from({ length: 10 }, () => 'x') };
    expect(text(short)).toBe(JSON.stringify(short));
  });
});
