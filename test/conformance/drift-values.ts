import { nameError } from './bench.ts';
import { getList, isLost, judgeOthers } from './drift-judge.ts';
import { setAt } from './json-walk.ts';
import { fieldsOf, instantsOf } from './record-rules.ts';
import { byKey, fieldsOfEntry, isId, keyOf, tryAnswer, type Specimen } from './specimen.ts';

const dayMs = 24 * 3600 * 1000;
const noDates = ['yesterday', '', '12', '9999-99-99T99:99:99Z', null, true, {}, [], -1e300] as const;
const markers = ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', 0, -62135596800] as const;
const looksLikeDate = (value: unknown): boolean =>
  (typeof value === 'string' && /^\d{4}-\d\d-\d\d[T ]/.test(value)) || (typeof value === 'number' && value > 1e9 && value < 1e13);

export async function judgeDates(specimen: Specimen): Promise<readonly string[]> {
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

export async function judgeHostile(specimen: Specimen): Promise<readonly string[]> {
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
export async function judgeName(specimen: Specimen): Promise<readonly string[]> {
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
export async function judgeLargeIds(specimen: Specimen): Promise<readonly string[]> {
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
