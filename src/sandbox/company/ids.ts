/** Fixed "today" of the demo company, so that the same seed gives the same company on every day. */
export const today = Date.UTC(2026, 10, 2, 9);
export const dayMs = 86_400_000;

/** What a draw is for; two purposes never share their luck. */
export const purposes = {
  firstName: 1,
  lastName: 2,
  namesake: 3,
  department: 4,
  team: 5,
  title: 6,
  start: 7,
  rank: 8,
  shuffle: 9,
  declared: 10,
  role: 11,
  mfa: 12,
  sso: 13,
  updated: 14,
  active: 15,
  grant: 16,
  credential: 17,
  opaqueId: 18,
  presence: 40,
  id: 80,
  recordId: 120,
} as const;

/** 32 well-mixed bits of (seed, purpose, index): the finaliser of MurmurHash3, twice. */
export function bits(seed: number, purpose: number, index: number): number {
  return finalise(finalise(seed ^ Math.imul(purpose + 1, 0x9e3779b1)) ^ index);
}

/** Between 0 and 1, 1 left out. */
export const chance = (seed: number, purpose: number, index: number): number => bits(seed, purpose, index) / 2 ** 32;

export function pick<T>(list: readonly T[], seed: number, purpose: number, index: number): T {
  const item = list[Math.floor(chance(seed, purpose, index) * list.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

function finalise(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export function uuid(seed: number, purpose: number, index: number): string {
  const hex = bytes(seed, purpose, index).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** 22 characters of URL-safe base64: sixteen bytes. */
export const shortUuid = (seed: number, purpose: number, index: number): string => bytes(seed, purpose, index).toString('base64url');

/** `length` characters of the base-62 alphabet; unique in practice from 20 on. */
export function base62(seed: number, purpose: number, index: number, length: number): string {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let text = '';
  let left = 0;
  for (let i = 0; i < length; i++) {
    if (i % 5 === 0) left = bits(seed, purpose * 31 + i, index);
    text += alphabet.charAt(left % 62);
    left = Math.floor(left / 62);
  }
  return text;
}

const space = 36 ** 6;

/** Six upper-case letters and digits, different for every index below 9 million: a permutation, not a hash. */
export function sixCode(seed: number, purpose: number, index: number): string {
  // 982,451,653 is prime, so coprime to 36^6, and the product stays a safe integer.
  const value = (index * 982_451_653 + bits(seed, purpose, 0)) % space;
  return value.toString(36).toUpperCase().padStart(6, '0');
}

export function tenCode(seed: number, purpose: number, index: number, lead: string): string {
  return `${lead}${sixCode(seed, purpose, index)}${(bits(seed, purpose, index) % 1296).toString(36).toUpperCase().padStart(2, '0')}`;
}

function bytes(seed: number, purpose: number, index: number): Buffer {
  const buffer = Buffer.allocUnsafe(16);
  for (let word = 0; word < 4; word++) buffer.writeUInt32BE(bits(seed, purpose * 31 + word, index), word * 4);
  return buffer;
}
