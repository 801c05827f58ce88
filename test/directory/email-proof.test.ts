import { expect, it } from 'vitest';
import { emailTrusts, type EmailTrust } from '../../src/contract/adapter.ts';
import { emailProofs, type EmailProof } from '../../src/contract/records.ts';
import { proofCounts, strongerProof } from '../../src/directory/email-proof.ts';

it('counts a proof by the trust in the service that gives it', () => {
  const counting = (trust: EmailTrust, managed: boolean): readonly EmailProof[] => emailProofs.filter((proof) => proofCounts(proof, trust, managed));
  expect(Object.fromEntries(emailTrusts.map((trust) => [trust, [counting(trust, false), counting(trust, true)]]))).toEqual({
    NEVER: [[], []],
    VERIFIED_ONLY: [['VERIFIED'], ['VERIFIED']],
    MANAGED_DOMAINS: [['VERIFIED'], ['VERIFIED', 'ASSERTED', 'UNKNOWN']],
    ALWAYS: [
      ['VERIFIED', 'ASSERTED', 'UNKNOWN'],
      ['VERIFIED', 'ASSERTED', 'UNKNOWN'],
    ],
  });
});

it('keeps the strongest proof in whatever order they come', () => {
  for (const a of emailProofs) for (const b of emailProofs) expect(strongerProof(a, b)).toBe(strongerProof(b, a));
  expect(emailProofs.toReversed().reduce(strongerProof)).toBe('VERIFIED');
  expect(strongerProof('UNKNOWN', 'UNVERIFIED')).toBe('UNVERIFIED');
});
