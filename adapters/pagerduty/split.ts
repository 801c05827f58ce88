/**
 * How an account with more users than paging reaches (offset + limit ≤ 10,000) is read: in parts, by `query`.
 *
 * By address first. Every address holds one `@` that ends its local part, so the queries `a@`, `b@`, … divide the users by the last character of
 * the local part; a part that is still too large divides by the character before: `aa@`, `ba@`, … Parts are disjoint, so little is read twice.
 * By name when that does not find everybody (the documentation promises a match on names only): the letters, rarest first; a part that is too
 * large divides into the pairs with that letter.
 *
 * Each user is counted in one part only, by our own reading of the record, so the count says whether everybody was found: the parts end when it
 * reaches what the service announces, and a listing that cannot reach it fails instead of ending.
 */
import { foldCase } from './fold-case.ts';
import type { WireUser } from './wire.ts';

export interface Split {
  readonly by: 'address' | 'name';
  /** Users of the account, as announced. */
  readonly total: number;
  readonly counted: number;
  /** `counted` when the present part began. */
  readonly countedBefore: number;
  /** Parts to read; the first is the present one. */
  readonly parts: readonly string[];
  /** Names only: parts read whole. */
  readonly done: readonly string[];
  /** Within the present part. */
  readonly offset: number;
}

// Commonest endings of local parts first, so that the count is full before the rare ones are asked for; then what RFC 5322 allows besides.
const addressCharacters = `nserayltdoihgmkcpbufvwzxjq0123456789._-+'"!#$%&*/=?^\`{|}~`.split('');
// Rarest first: small parts, and each leaves less for the common letters to count.
const nameCharacters = `qxjzywvfkpbguhdcmtlosrniea0123456789-.'_`.split('');

// Marks the part of those whose local part or name is exactly the rest of the text: no longer query sets them apart. `@` stands in no other part.
const exactly = '@';
// Cursors stay below 64 KiB; far above what any real account needs (58 parts for each part of more than 10,000 users).
const maxPartsLength = 40_000;

export function startSplit(by: Split['by'], total: number): Split {
  return { by, total, counted: 0, countedBefore: 0, parts: by === 'address' ? [''] : nameCharacters, done: [], offset: 0 };
}

/** What to ask for. Answers to it hold at least the users of the part. */
export function queryOf(split: Split): string {
  const text = bare(split.parts[0] ?? '');
  return split.by === 'address' ? `${text}@` : text;
}

/** Whether dividing further can help; of the others as much is read as paging reaches. */
export const isDivisible = (split: Split): boolean => !split.parts[0]?.startsWith(exactly);

export function afterPage(split: Split, users: readonly WireUser[], unreadable: number, next: number | null): Split {
  const counted = split.counted + users.filter((user) => counts(split, user)).length + unreadable;
  if (next !== null) return { ...split, counted, offset: next };
  const [part = '', ...parts] = split.parts;
  const done = split.by === 'name' && !part.startsWith(exactly) ? [...split.done, part] : split.done;
  return { ...split, counted, countedBefore: counted, parts, done, offset: 0 };
}

/**
 * Replaces the present part by smaller ones.
 * @param sample users of the part: the characters they show are asked for first.
 * @returns undefined when there would be too many parts.
 */
export function divide(split: Split, sample: readonly WireUser[]): Split | undefined {
  const [part = '', ...rest] = split.parts;
  const finer = split.by === 'address' ? finerAddresses(part, sample) : finerNames(part);
  // What no query sets apart comes last: by then the count is mostly full.
  const parts = split.by === 'address' ? [...finer, ...rest] : [...rest, ...finer];
  if (part !== '') parts.push(exactly + part);
  if (JSON.stringify([parts, split.done]).length > maxPartsLength) return undefined;
  return { ...split, counted: split.countedBefore, parts, offset: 0 };
}

function finerAddresses(part: string, sample: readonly WireUser[]): readonly string[] {
  const shown = sample.flatMap((user) => {
    const local = localPart(user);
    const character = local?.endsWith(part) ? local.at(-part.length - 1) : undefined;
    return character?.isWellFormed() ? character : [];
  });
  return [...new Set([...shown, ...addressCharacters])].filter((character) => character !== exactly).map((character) => character + part);
}

const finerNames = (part: string): readonly string[] => [...new Set(nameCharacters.flatMap((character) => [character + part, part + character]))];

function counts(split: Split, user: WireUser): boolean {
  const part = split.parts[0] ?? '';
  const text = split.by === 'address' ? localPart(user) : foldCase(user.name ?? '');
  if (text === undefined) return false;
  if (part.startsWith(exactly)) return text === bare(part) && !split.done.some((read) => text.includes(read));
  return split.by === 'address' ? text.endsWith(part) : text.includes(part) && !split.done.some((read) => text.includes(read));
}

const bare = (part: string): string => (part.startsWith(exactly) ? part.slice(1) : part);

function localPart(user: WireUser): string | undefined {
  const at = user.email?.lastIndexOf('@') ?? -1;
  return at > 0 ? foldCase(user.email?.slice(0, at) ?? '') : undefined;
}
