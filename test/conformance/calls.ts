import type { SandboxResponse } from '../../src/contract/sandbox.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import type { Effect } from '../../src/sandbox/faults.ts';
import { startHttp } from '../http/support.ts';
import { findListing, findPlaces, nameError, noSignal, placeName, readListing, tryPage, type Bench } from './bench.ts';
import type { Check } from './check.ts';
import { parseBody, withJson } from './json-walk.ts';
import { textOf } from './rows.ts';
import { findSecrets, findSentTokens, judgeError } from './secrets.ts';

const callersAtOnce = 50;
const abortPatienceMs = 500;

/** Ends a wait that nothing else would end. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), ms)));
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function until(condition: () => boolean, ms: number): Promise<boolean> {
  for (const end = performance.now() + ms; performance.now() < end;) {
    if (condition()) return true;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return condition();
}

/** Puts another server wherever an answer could name the next page. */
function pointElsewhere(value: unknown, url: string): unknown {
  if (Array.isArray(value)) return value.map((inner) => pointElsewhere(inner, url));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const leads = typeof inner === 'string' && inner !== '' && /next|cursor|link|href|url|self|token/i.test(key);
      return [key, leads ? `${url}/stolen?cursor=${encodeURIComponent(inner)}` : pointElsewhere(inner, url)];
    }),
  );
}

const leads = (url: string) => ({ next: `${url}/stolen`, next_page: `${url}/stolen`, links: { next: `${url}/stolen` }, location: `${url}/stolen` });

export const callChecks: readonly Check[] = [
  {
    id: 'P8 shared refresh',
    promise: 'fifty calls that meet an expired token renew it once; without renewal they fail without a loop',
    async run(bench) {
      const place = findPlaces(bench)[0];
      const account = bench.subject.instance.accounts[0];
      if (place === undefined || account === undefined) return ['the read gave nothing to ask for'];
      const once = await tryPage(bench, place, { effect: { refuse: { kind: 'unauthorized' } }, times: 1 });
      const usual = new Set(place.exchanges.map(({ request }) => request.path));
      const renewals = once.page === undefined ? [] : once.exchanges.map(({ request }) => request.path).filter((path) => !usual.has(path));

      await using session = await bench.open();
      await session.adapter.describe(noSignal());
      const expired = findSentTokens(bench);
      bench.forget();
      const effect = expire(bench, expired, renewals);
      bench.server.play([{ name: 'expired', match: { times: Infinity }, effect }]);
      const asked = Array.from({ length: callersAtOnce }, () => session.adapter.getIdentities([account.externalId], noSignal()));
      const results = await Promise.allSettled(asked);
      bench.server.play([]);
      const calls = bench.exchanges.map(({ request }) => request.path);
      const failures = results.flatMap((result) => (result.status === 'rejected' ? judgeError(result.reason, findSecrets(bench)) : []));
      if (renewals.length > 0) {
        const count = Math.max(...renewals.map((renewal) => calls.filter((path) => path === renewal).length));
        if (count !== 1) failures.push(`renewed ${count} times`);
        if (results.some(({ status }) => status === 'rejected')) failures.push('some calls failed although the token was renewed');
      } else if (results.some(({ status }) => status === 'fulfilled')) failures.push('a refused call reads as an answer');
      if (calls.length > 4 * callersAtOnce) failures.push(`${calls.length} calls for ${callersAtOnce} look-ups`);
      return [...new Set(failures)];
    },
  },
  {
    id: 'P8 wrong credential',
    promise: 'another credential is AUTH_FAILED, from the first call on',
    async run(bench) {
      const failures: string[] = [];
      for (const settings of spoil(bench.settings)) {
        await using session = await bench.open({ settings });
        try {
          await session.adapter.describe(noSignal());
          failures.push('describe accepts it');
        } catch (error) {
          failures.push(...judgeError(error, findSecrets(bench)));
          if (!(error instanceof AdapterError) || error.code !== 'AUTH_FAILED') failures.push(`ended with ${nameError(error)}`);
        }
      }
      return failures;
    },
  },
  {
    id: 'P12 circle',
    promise: 'a service that gives the same page again and again is stopped, or told to have announced more',
    async run(bench) {
      const failures: string[] = [];
      const paged = Map.groupBy(bench.baseline.pages, ({ listing }) => listing);
      for (const [name, pages] of paged) {
        const path = pages[0]?.exchanges.at(-1)?.request.path;
        const again = pages.filter(({ exchanges }) => exchanges.at(-1)?.request.path === path);
        // one page has nothing to go round in
        if (path === undefined || again.length < 2) continue;
        await using session = await bench.open();
        await session.adapter.describe(noSignal());
        bench.forget();
        let first: SandboxResponse | undefined;
        const pattern = new RegExp(`^${path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
        const effect: Effect = { alter: (response) => (first ??= response) };
        bench.server.play([{ name: 'circle', match: { path: pattern, times: Infinity }, effect }]);
        const read: (typeof pages)[number][] = [];
        try {
          for await (const page of readListing(bench, findListing(session.adapter, name), null)) read.push(page);
          const [primary] = findListing(session.adapter, name).yields;
          const seen = new Set(
            read.flatMap(({ page }) => page.records.filter(({ kind }) => kind === primary).map((record) => JSON.stringify(record))),
          );
          const announced = read.findLast(({ page }) => page.announced !== undefined)?.page.announced ?? 0;
          if (announced <= seen.size) failures.push(`${name}: ended after ${read.length} pages as if all was read`);
        } catch (error) {
          failures.push(...judgeError(error, findSecrets(bench)).map((failure) => `${name}: ${failure}`));
        }
        bench.server.play([]);
      }
      return failures;
    },
  },
  {
    id: 'P15 cursor',
    promise: 'a cursor that is none of ours is CURSOR_EXPIRED: the listing starts again',
    async run(bench) {
      const failures: string[] = [];
      const withCursors = new Set(bench.baseline.pages.filter(({ cursor }) => cursor !== null).map(({ listing }) => listing));
      for (const name of withCursors) {
        for (const cursor of ['garbage', '{}', '{"cursor":7}', '[]', 'null', '"x"']) {
          await using session = await bench.open();
          await session.adapter.describe(noSignal());
          try {
            await findListing(session.adapter, name).page(cursor, noSignal());
            failures.push(`${name}: goes on from ${cursor}`);
          } catch (error) {
            if (!(error instanceof AdapterError) || error.code !== 'CURSOR_EXPIRED')
              failures.push(`${name}: ${cursor} ends with ${nameError(error)}`);
          }
        }
      }
      return failures;
    },
  },
  {
    id: 'P23 elsewhere',
    promise: 'no call and no credential goes to another server, by redirect or by link',
    async run(bench) {
      await using thief = await startHttp((_request, response) => void response.end('{}'));
      const failures: string[] = [];
      for (const place of findPlaces(bench)) {
        for (const status of [301, 302, 307, 308]) {
          const effect: Effect = { respond: { status, headers: { location: `${thief.baseUrl}/stolen` }, body: null } };
          const { error, unfired } = await tryPage(bench, place, { effect });
          if (unfired) failures.push(`${placeName(place)}: the fault never happened`);
          else if (!(error instanceof AdapterError) || error.code !== 'BAD_RESPONSE')
            failures.push(`${placeName(place)}: ${status} ends with ${nameError(error)}`);
        }
        const effect: Effect = {
          alter(response) {
            const body = pointElsewhere(parseBody(response), thief.baseUrl);
            const extra = typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...leads(thief.baseUrl), ...body } : body;
            return withJson({ ...response, headers: { ...response.headers, link: `<${thief.baseUrl}/stolen>; rel="next"` } }, extra);
          },
        };
        const { page } = await tryPage(bench, place, { effect });
        if (page?.next != null) {
          await using session = await bench.open();
          await session.adapter.describe(noSignal());
          // whatever the service makes of the strange cursor
          await findListing(session.adapter, place.listing)
            .page(page.next, noSignal())
            .catch(() => undefined);
        }
      }
      if (thief.seen.length > 0) failures.push(`the other server saw ${thief.seen.length} calls (${thief.seen[0]?.url})`);
      return failures;
    },
  },
  {
    id: 'X5 abort',
    promise: "the caller's abort ends a call at once and frees its socket",
    async run(bench) {
      const failures: string[] = [];
      for (const place of findPlaces(bench)) {
        await using session = await bench.open();
        await session.adapter.describe(noSignal());
        session.tighten();
        bench.forget();
        bench.server.play([{ name: 'hole', match: { times: Infinity }, effect: { swallow: true } }]);
        const controller = new AbortController();
        const work = findListing(session.adapter, place.listing)
          .page(place.cursor, controller.signal)
          .then(
            () => 'an answer',
            (error: unknown) => (error instanceof AdapterError ? error.code : nameError(error)),
          );
        if (!(await until(() => bench.server.calls.length > 0, abortPatienceMs))) failures.push(`${placeName(place)}: no call`);
        controller.abort();
        const end = await within(abortPatienceMs, work);
        if (end !== 'ABORTED') failures.push(`${placeName(place)}: ended with ${end} instead of ABORTED`);
        if (!(await until(() => session.transport.state().inFlight === 0, abortPatienceMs))) failures.push(`${placeName(place)}: the socket stays`);
        bench.server.play([]);
      }
      return failures;
    },
  },
];

/** Tokens sent so far are refused; a renewal gives others, also where the sandbox would give the same ones again. */
function expire({ sandbox }: Bench, expired: readonly string[], renewals: readonly string[]): Effect {
  const fresh = (text: string): string => expired.reduce((at, token) => at.replaceAll(token, `${token}-renewed`), text);
  const stale = (text: string): string => text.replaceAll('-renewed', '');
  // a renewal that gives no token renews the one in use
  let renewed = false;
  return {
    alter(response, request) {
      if (renewals.includes(request.path)) {
        const text = textOf(response);
        renewed ||= fresh(text) === text;
        return { ...response, headers: { 'content-type': 'application/json', ...response.headers }, body: fresh(text) };
      }
      if (renewed) return response;
      const sent = Object.values(request.headers);
      if (sent.some((value) => value.includes('-renewed'))) {
        const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, stale(value)]));
        return sandbox.handle({ ...request, headers });
      }
      return sent.some((value) => expired.some((token) => value.includes(token))) ? sandbox.refuse({ kind: 'unauthorized' }, request) : response;
    },
  };
}

/** The settings with each secret replaced in turn by another of the same form. */
function spoil(settings: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] {
  const { credentials } = settings;
  if (typeof credentials !== 'object' || credentials === null) return [];
  return Object.entries(credentials).flatMap(([name, value]) =>
    typeof value === 'string' && /token|key|secret|password/i.test(name)
      ? [{ ...settings, credentials: { ...credentials, [name]: value.replace(/[a-z0-9](?=[^a-z0-9]*$)/i, (last) => (last === '0' ? '1' : '0')) } }]
      : [],
  );
}
