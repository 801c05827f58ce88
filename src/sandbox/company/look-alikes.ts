import { localPart } from './people.ts';

const cyrillic: Readonly<Record<string, string>> = {
  a: '\u0430',
  e: '\u0435',
  o: '\u043e',
  c: '\u0441',
  p: '\u0440',
  x: '\u0445',
  y: '\u0443',
  i: '\u0456',
};

interface LookAlike {
  readonly suits: (address: string) => boolean;
  readonly alter: (address: string) => string;
}

const inLocal =
  (letter: string): ((address: string) => boolean) =>
  (address) =>
    localPart(address).includes(letter);

/** Addresses that the eye or a careless fold takes for another's; each is a mailbox of its own. */
const lookAlikes: readonly LookAlike[] = [
  // The Kelvin sign turns into k by toLowerCase, the dotless i into I by toUpperCase.
  { suits: inLocal('k'), alter: (address) => address.replace('k', '\u212a') },
  { suits: inLocal('i'), alter: (address) => address.replace('i', '\u0131') },
  { suits: () => true, alter: fullWidth },
  {
    suits: (address) => /[aeocpxyi]/.test(localPart(address)),
    alter: (address) => address.replace(/[aeocpxyi]/, (letter) => cyrillic[letter] ?? letter),
  },
  // Another domain in the DNS: xn--cme-5cd.example.
  { suits: () => true, alter: (address) => address.replace('@a', `@${cyrillic['a']}`) },
];

const at = (ordinal: number): LookAlike | undefined => lookAlikes[ordinal % lookAlikes.length];

export const suitsLookAlike = (address: string, ordinal: number): boolean => at(ordinal)?.suits(address) === true;

export function lookAlike(address: string, ordinal: number): string {
  const chosen = at(ordinal);
  return chosen?.suits(address) === true ? chosen.alter(address) : fullWidth(address);
}

function fullWidth(address: string): string {
  return address.replace(/^[a-z]/, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0));
}
