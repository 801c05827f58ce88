import { parseArgs } from 'node:util';
import { createDirectory } from '../src/directory/directory.ts';
import { schema } from '../src/graphql/schema.ts';
import { createEngine } from '../src/server/engine.ts';
import { defaultLimits } from '../src/server/limits.ts';
import { openStore } from '../src/store/open.ts';
import { askMany, askOne } from './questions.ts';
const { values } = parseArgs({ options: { n1: { type: 'string', default: '3000' }, n2: { type: 'string', default: '60' } } });
let statements = 0;
const store = await openStore('/tmp/lk10k', process.env['COUNT'] ? { onStatement: () => statements++ } : {});
const directory = createDirectory(store, { now: Date.now, managedDomains: ['acme.example', 'acme.co'] });
const log = { info() {}, warn() {}, error(d: unknown, m: string) { console.log(d, m); } };
const engine = createEngine({ schema, directory, operator: {} as never, desk: {} as never, limits: defaultLimits, log } as never);
const rows = await store.read.selectFrom('person').select('primary_email').where('to_rev', '>', 9e8).where('primary_email', 'is not', null).execute();
const emails = rows.map((r) => r.primary_email as string);
const pick = () => emails[Math.floor(Math.random() * emails.length)] as string;
const signal = new AbortController().signal;
const ask = async (q: { query: string; variables: object }) => {
  const a = await engine.answer({ ...q, variables: q.variables as never, operationName: undefined }, { requestId: 'x', signal, readOnly: false });
  const t = JSON.stringify(a.result);
  return t;
};
async function run(name: string, n: number, make: () => { query: string; variables: object }) {
  for (let i = 0; i < n / 3; i++) await ask(make());
  statements = 0; const c = process.cpuUsage();
  for (let i = 0; i < n; i += 16) await Promise.all(Array.from({ length: 16 }, () => ask(make())));
  const { user, system } = process.cpuUsage(c);
  console.log(name, Math.round((user + system) / n), 'µs', (statements / n).toFixed(2), 'statements');
}
if (values.n1 !== '0') await run('one', Number(values.n1), () => askOne(pick()));
if (values.n2 !== '0') await run('many', Number(values.n2), () => askMany(Array.from({ length: 100 }, pick)));
process.exit();
