import { isDeepStrictEqual } from 'node:util';
import { freeForm, requiredFields, widerFields } from './exceptions.ts';
import { nameError, placeName, type Bench } from './bench.ts';
import { getList, isLost, judgeOthers } from './drift-judge.ts';
import { judgeDates, judgeHostile, judgeLargeIds, judgeName } from './drift-values.ts';
import type { Check } from './check.ts';
import { addEverywhere, setAt, getAt, showPath, type Path } from './json-walk.ts';
import { fieldsOf } from './record-rules.ts';
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

function setIfWord(answer: unknown, path: Path): unknown {
  return typeof getAt(answer, path) === 'string' ? setAt(answer, path, newWord) : answer;
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
