import { DatabaseSync } from 'node:sqlite';
import { createDirectory } from '../src/directory/directory.ts';
import { openStore } from '../src/store/open.ts';
const store = await openStore('/tmp/lk10k');
const db = new DatabaseSync('/tmp/lk10k/rollcall.db');
db.exec('pragma cache_size=-16384');
const seen = new Map<string, unknown[]>();
const ex = store.read.getExecutor();
const proto = Object.getPrototypeOf(Object.getPrototypeOf(ex));
for (const p of [Object.getPrototypeOf(ex), proto]) {
  if (p && Object.hasOwn(p, 'executeQuery')) { const o = p.executeQuery; p.executeQuery = function (q: any, ...r: any[]) { seen.set(q.sql, [...q.parameters]); return o.call(this, q, ...r); }; }
}
const directory = createDirectory(store, { now: Date.now, managedDomains: ['acme.example', 'acme.co'] });
const rows = await store.read.selectFrom('person').select(['id', 'primary_email']).where('to_rev', '>', 9e8).where('primary_email', 'is not', null).execute();
seen.clear();
const n = Number(process.argv[2] ?? 100);
const some = rows.filter((_, i) => i % Math.floor(rows.length / n) === 0).slice(0, n);
const view = await directory.open();
await view.usersByLookup(some.map((r) => ({ by: 'email', email: r.primary_email as string })));
const ids = some.map((r) => r.id);
const acc = await view.identitiesOfUsers(ids, false);
await view.rolesByKeys([...acc.values()].flat().flatMap((i) => i.record.roles.map((key) => ({ svc: i.svc, key }))));
await view.groupsOfUsers(ids, { transitive: false } as never, { first: 20 } as never);
for (const [sql, params] of seen) {
  const st = db.prepare(sql);
  let out: unknown[] = [];
  for (let i = 0; i < 20; i++) out = st.all(...(params as never[]));
  const k = n > 10 ? 30 : 1000;
  const c = process.cpuUsage(); for (let i = 0; i < k; i++) st.all(...(params as never[])); const { user, system } = process.cpuUsage(c);
  console.log(((user + system) / k).toFixed(0), 'µs', out.length, 'rows', sql.length, sql.replace(/\s+/g, ' ').slice(0, 3000).replace(/(\?, ){5,}/g, '?.. ').replace(/(\(cast\(\? as \w+\)\), ){3,}/g, '(..), ').replace(/(\(cast\(\? as integer\), cast\(\? as text\)\), ){3,}/g, '(..), '));
  if (process.argv[3]) for (const r of db.prepare('explain query plan ' + sql).all(...(params as never[]))) console.log('   ', (r as any).detail);
}
process.exit();
