import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createCompany, type Company } from '../src/sandbox/company.ts';
import { openStore, type StoreConnection } from '../src/store/open.ts';
import { openRev } from '../src/store/tables.ts';
import { linkPending } from '../src/sync/link.ts';
import { loadServices, sealService, type LoadedService } from './population.ts';

const bounds = { precision: 1, recall: 0.98 };

/** Services that make people come first, last, or all services are there before the first link is made. */
const orders = ['people first', 'people last', 'all at once'] as const;

/** How the machine's links compare with who holds the accounts in truth. */
interface Score {
  readonly accounts: number;
  readonly allowed: number;
  readonly tied: number;
  readonly trapped: number;
  readonly precision: number;
  readonly recall: number;
}

const { values } = parseArgs({ options: { people: { type: 'string', multiple: true } } });
const sizes = (values.people ?? ['300', '100000']).map(Number);

const rows: Record<string, string | number>[] = [];
let missed = false;
for (const people of sizes) {
  const company = createCompany({ people });
  for (const order of orders) {
    const { score, seconds, cpuSeconds } = await run(company, order);
    missed ||= score.trapped > 0 || score.precision < bounds.precision || score.recall < bounds.recall;
    rows.push({
      people,
      order,
      accounts: score.accounts,
      'allowed ties': score.allowed,
      tied: score.tied,
      'traps tied': score.trapped,
      precision: percent(score.precision),
      recall: percent(score.recall),
      seconds: Number(seconds.toFixed(1)),
      'CPU seconds': Number(cpuSeconds.toFixed(1)),
      'MiB at most': Math.round(process.resourceUsage().maxRSS / 1024),
    });
  }
}
console.table(rows);
process.exitCode = missed ? 1 : 0;

async function run(company: Company, order: (typeof orders)[number]): Promise<{ score: Score; seconds: number; cpuSeconds: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  const store = await openStore(folder);
  try {
    const services = await loadServices(store, company);
    const arrival = order === 'people last' ? services.toReversed() : services;
    let linkingMs = 0;
    let cpuMicros = 0;
    for (const service of arrival) {
      await sealService(store, company, service, Date.now());
      if (order === 'all at once' && service !== arrival.at(-1)) continue;
      const started = performance.now();
      const cpuBefore = process.cpuUsage();
      await linkPending(store, { services, now: Date.now });
      linkingMs += performance.now() - started;
      const { user, system } = process.cpuUsage(cpuBefore);
      cpuMicros += user + system;
    }
    return { score: await compare(store, services, company), seconds: linkingMs / 1000, cpuSeconds: cpuMicros / 1e6 };
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
}

async function compare({ read }: StoreConnection, services: readonly LoadedService[], { truth }: Company): Promise<Score> {
  const bySvc = new Map(services.map((service) => [service.svc, service]));
  const accounts = await read.selectFrom('identity').select(['svc', 'key']).where('to_rev', '=', openRev).execute();
  const links = await read
    .selectFrom('link')
    .select(['svc', 'key', 'user_id'])
    .where('to_rev', '=', openRev)
    .where('state', 'in', ['LINKED_AUTO', 'LINKED_MANUAL'])
    .execute();
  const userOf = new Map(links.map(({ svc, key, user_id }) => [`${svc}/${key}`, user_id]));
  const seats = accounts.map(({ svc, key }) => {
    const { type = '', serviceId = '' } = bySvc.get(svc) ?? {};
    const ref = { type, serviceId, externalId: key };
    return { ref, user: userOf.get(`${svc}/${key}`) ?? undefined, holder: truth.personOf(type, serviceId, key), allowed: truth.allowed(ref) };
  });
  const held = Map.groupBy(
    seats.filter(({ user }) => user !== undefined),
    ({ user }) => user,
  );
  const traps = new Map(truth.traps.map(({ account, victim }) => [refText(account), victim]));
  let tied = 0;
  let wrong = 0;
  let recalled = 0;
  let trapped = 0;
  for (const { ref, user, holder, allowed } of seats) {
    const others = user === undefined ? [] : (held.get(user) ?? []).filter((other) => other.ref !== ref);
    const mine = others.filter((other) => holder !== null && other.holder === holder);
    if (others.length > 0) tied += 1;
    if (mine.length < others.length) wrong += 1;
    if (allowed && mine.length > 0 && mine.length === others.length) recalled += 1;
    const victim = traps.get(refText(ref));
    if (victim !== undefined && others.some((other) => other.holder === victim)) trapped += 1;
  }
  const allowed = seats.filter((seat) => seat.allowed).length;
  return { accounts: seats.length, allowed, tied, trapped, precision: tied === 0 ? 1 : 1 - wrong / tied, recall: recalled / allowed };
}

function refText({ type, serviceId, externalId }: { readonly type: string; readonly serviceId: string; readonly externalId: string }): string {
  return JSON.stringify([type, serviceId, externalId]);
}

function percent(share: number): string {
  // Never round a miss up to a hundred.
  return `${(Math.floor(share * 10_000) / 100).toFixed(2)} %`;
}
