import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askableAddress, domainKey, emailKey, managedVariants } from '../../src/model/email-key.ts';

const exact = (address: string): string | undefined => emailKey(address)?.exact;
const mike = 'mike@github.com';

describe('an address as evidence', () => {
  test.each([['MIKE@GITHUB.COM'], ['Mike@GitHub.com'], ['mike@github.com.'], ['mike@GITHUB.COM.']])('%s is the same mailbox', (address) => {
    expect(exact(address)).toBe(mike);
  });

  test.each([
    ['dotless i', 'm\u0131ke@github.com'],
    ['Kelvin sign', 'mi\u212ae@github.com'],
    ['dotted capital I', 'M\u0130KE@GITHUB.COM'],
    ['full-width m', '\uff4dike@github.com'],
    ['soft hyphen', 'mi\u00adke@github.com'],
    ['zero-width space at the end of the local part', 'mike\u200b@github.com'],
    ['Cyrillic i', 'm\u0456ke@github.com'],
    ['full-width letter in the domain', 'mike@\uff47ithub.com'],
    ['ideographic full stop', 'mike@github\u3002com'],
    ['half-width ideographic full stop', 'mike@github\uff61com'],
    ['full-width full stop', 'mike@github\uff0ecom'],
    ['soft hyphen in the domain', 'mike@git\u00adhub.com'],
    ['zero-width joiner in the domain', 'mike@git\u200dhub.com'],
    ['zero-width space at the end', 'mike@github.com\u200b'],
    ['right-to-left mark', 'mike@github.com\u200f'],
    ['space', 'mike @github.com'],
    ['line end', 'mike@github.com\n'],
    ['NUL', 'mike\0@github.com'],
    ['no at sign', 'mike.github.com'],
    ['no local part', '@github.com'],
    ['no domain', 'mike@'],
    ['domain without a dot', 'mike@localhost'],
    ['address literal', 'mike@[127.0.0.1]'],
    ['port', 'mike@github.com:25'],
    ['percent encoding', 'mike@github%2ecom'],
    ['empty', ''],
  ])('%s: no evidence', (_, address) => {
    expect(exact(address)).toBeUndefined();
  });

  test.each([
    ['mike+a@github.com'],
    ['m.ike@github.com'],
    ['"mike"@github.com'],
    ['mike@g\u0131thub.com'],
    ['mike@evil.com@github.com'],
    ['mike@githu\u0184.com'],
    ['mike@github.co'],
  ])('%s is another address', (address) => {
    expect(exact(address)).not.toBe(mike);
    expect(emailKey(address)?.untagged === mike).toBe(address.startsWith('mike+'));
  });

  test.each([
    ['Mike@GitHub.com.', 'mike@github.com'],
    ['info@B\u00fccher.example', 'info@b\u00fccher.example'],
    ['Info@XN--bcher-kva.example', 'info@xn--bcher-kva.example'],
    ['mike@\uff47ithub.com', undefined],
    ['mike', undefined],
  ])('services are asked for %s as %s', (address, asked) => {
    expect(askableAddress(address)).toBe(asked);
    if (asked !== undefined) expect(emailKey(asked)?.exact).toBe(emailKey(address)?.exact);
  });

  test('two spellings of one international domain are equal', () => {
    expect(exact('a@b\u00fccher.de')).toBe('a@xn--bcher-kva.de');
    expect(exact('a@xn--bcher-kva.de')).toBe('a@xn--bcher-kva.de');
    expect(exact('a@B\u00dcCHER.de')).toBe('a@xn--bcher-kva.de');
    expect(domainKey('g\u0131thub.com')).toBe('xn--gthub-n4a.com');
  });

  test('the domain starts at the last at sign', () => {
    expect(emailKey('"a@b"@acme.example')).toMatchObject({ domain: 'acme.example', exact: '"a@b"@acme.example' });
  });

  test('an address of endless length is none', () => {
    expect(exact(`${'a'.repeat(400)}@acme.example`)).toBeUndefined();
  });

  test('only printable ASCII makes the local part, whatever is written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }), (local) => {
        const key = exact(`${local}@github.com`);
        if (key === mike) expect(local).toMatch(/^[mM][iI][kK][eE]$/);
        if (/[^\x21-\x7e]/.test(local)) expect(key).toBeUndefined();
      }),
      { numRuns: 5000 },
    );
  }, 60_000);

  test('nothing but case, one trailing dot and an IDN spelling makes domains equal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }), (label) => {
        const key = exact(`mike@${label}.com`);
        if (key !== undefined && /^[\x20-\x7e]*$/.test(label)) expect(key).toBe(`mike@${label.toLowerCase()}.com`);
        if (key === mike) expect(label.toLowerCase()).toBe('github');
      }),
      { numRuns: 5000 },
    );
  }, 60_000);
});

describe('variants of a mailbox', () => {
  const managed = ['acme.example', 'acme.co'];
  const variants = (address: string): readonly string[] => {
    const key = emailKey(address);
    return key === undefined ? [] : managedVariants(key, managed);
  };

  test('+tag and second domain count within our domains alone', () => {
    expect(variants('Ann+Pager@ACME.co')).toEqual(['ann@acme.example', 'ann@acme.co']);
    expect(variants('ann+pager@else.example')).toEqual([]);
  });

  test('dots are never dropped, and neither is what looks like a tag in quotes or at the start', () => {
    expect(variants('a.nn@acme.co')).toEqual(['a.nn@acme.example', 'a.nn@acme.co']);
    expect(emailKey('"a+b"@acme.co')?.untagged).toBe('"a+b"@acme.co');
    expect(emailKey('+b@acme.co')?.untagged).toBe('+b@acme.co');
  });
});
