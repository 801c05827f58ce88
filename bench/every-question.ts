// How long each kind of question takes on a large store, filter by filter: none may fail, and none may take so long that whoever asks gives up.
// npm run bench:questions -- [--people 100000] [--store <folder>: keep the filled store there]
import { parseArgs } from 'node:util';
import { findings, reportKeys } from '../src/model/access.ts';
import { roleLevels, scopeKinds } from '../src/contract/records.ts';
import { openFilledStore } from './filled.ts';
import { post, startGateway } from './processes.ts';

const { values } = parseArgs({ options: { people: { type: 'string', default: '100000' }, store: { type: 'string' } } });
const goalMs = 5_000;
const shown = 25;

const filled = await openFilledStore(values.people, values.store);
const gateway = await startGateway(filled.configFile, { query: '{ services { type } }' });

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string }[];
}

async function ask<T>(query: string): Promise<T> {
  const { data, errors } = (await (await post(gateway.url, { query })).json()) as Answer;
  if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join('; '));
  return data as T;
}

interface Known {
  readonly users: { readonly nodes: readonly { readonly id: string }[] };
  readonly grants: { readonly nodes: readonly { readonly role: { readonly id: string } | null; readonly scope: { readonly id: string } | null }[] };
}
const known = await ask<Known>('{ users(first: 2) { nodes { id } } grants(first: 1) { nodes { role { id } scope { id } } } }');
const [one = '', other = ''] = known.users.nodes.map(({ id }) => id);
const [{ role, scope } = { role: null, scope: null }] = known.grants.nodes;

const long = '2000-01-01T00:00:00Z';
const never = '2100-01-01T00:00:00Z';
const now = new Date().toISOString();
const justNow = new Date(Date.now() - 600_000).toISOString();

const list = (field: string, args = '', node = 'id'): string =>
  `{ ${field}${args === '' ? '' : `(${args})`} { nodes { ${node} } pageInfo { hasNextPage } } }`;
const filtered = (field: string, filters: readonly string[]): readonly string[] =>
  filters.map((filter) => list(field, filter && `filter: { ${filter} }`));

const grantFilters = [
  `user: "${one}"`,
  ...(role === null ? [] : [`role: "${role.id}"`]),
  ...(scope === null ? [] : [`scope: "${scope.id}"`]),
  ...scopeKinds.map((kind) => `scopeKind: ${kind}`),
  ...roleLevels.map((level) => `minLevel: ${level}`),
  'source: DIRECT',
  'source: VIA_GROUP',
  `expiresBefore: "${never}"`,
  'services: [{ type: "waii" }]',
  'minLevel: ADMIN, scopeKind: PROJECT',
];
const report = (args: string): readonly string[] => [
  `{ roleReport${args} { rows(first: 50) { nodes { level reason } } } }`,
  `{ roleReport${args} { summary(by: [SERVICE, LEVEL]) { users identities } } }`,
];
const difference = (filter: string): string =>
  `{ accessDiff(from: "${justNow}", to: "${now}"${filter && `, filter: { ${filter} }`}) { added { nodes { id } } removed { nodes { id } } changed { nodes { after { id } } } } }`;

const questions = [
  ...filtered('users', [
    '',
    'search: "ann"',
    'search: "nobody is called so"',
    'email: "nobody@acme.example"',
    'kind: BOT',
    'status: SUSPENDED',
    'status: DELETED',
    'services: [{ type: "waii" }]',
    'unlinkedIn: [{ type: "slack" }]',
    `inactiveSince: "${long}"`,
    `updatedSince: "${never}"`,
    ...roleLevels.map((level) => `level: ${level}`),
    'level: ADMIN, services: [{ type: "segment" }]',
  ]),
  ...filtered('identities', [
    '',
    'link: [UNLINKED]',
    'link: [CONFLICT]',
    'link: [SUGGESTED]',
    'nameAgrees: true',
    'nameAgrees: false',
    'kind: BOT',
    'status: DELETED',
    `inactiveSince: "${long}"`,
  ]),
  ...filtered('grants', ['', `asOf: "${now}"`, ...grantFilters]),
  ...['', ...grantFilters].map((filter) => list('effectiveAccess', `filter: { ${filter} }`, 'level')),
  ...['', ...grantFilters].flatMap((filter) => report(filter && `(filter: { ${filter} })`)),
  ...findings.flatMap((finding) => report(`(findings: [${finding}])`)),
  ...report(`(findings: [${findings.join(', ')}])`),
  ...report(`(filter: { user: "${one}" }, findings: [${findings.join(', ')}])`),
  ...reportKeys.map((key) => `{ roleReport { summary(by: [${key}]) { users } } }`),
  ...['', ...grantFilters].map(difference),
  `{ compareUsers(a: "${one}", b: "${other}") { onlyA { nodes { level } } onlyB { nodes { level } } both { nodes { level } } } }`,
  `{ user(by: { id: "${one}" }) { history(first: 50) { nodes { operation } } } }`,
  `{ user(by: { id: "${one}" }) { grants { nodes { level } } effectiveAccess { nodes { level paths(first: 5) { hops { reason } } } } } }`,
  '{ users(first: 1) { totalCount } identities(first: 1) { totalCount } }',
  '{ users(first: 50) { nodes { effectiveAccess(first: 20) { nodes { level } } } } }',
  '{ groups(first: 50) { nodes { members(first: 50, transitive: true) { nodes { id } } parents { id } children { id } grants { nodes { level } } } } }',
  '{ projects(first: 20) { nodes { members(first: 20) { nodes { level } } } } }',
  '{ projects(first: 20) { nodes { members(first: 20, effective: true) { nodes { level } } } } }',
  ...['groups', 'roles', 'projects', 'workspaces', 'organizations', 'invites', 'credentials', 'matchCases', 'auditEvents'].map((field) =>
    list(field),
  ),
  ...['search: "nobody is called so"', 'service: { type: "waii" }'].map((args) => list('groups', args)),
  ...['email: "nobody@acme.example"', 'status: ACCEPTED'].map((args) => list('invites', args)),
  ...[`user: "${one}"`, 'kinds: ["SESSION"]', `unusedSince: "${long}"`].map((args) => list('credentials', args)),
  ...[`user: "${one}"`, `since: "${never}"`].map((args) => list('auditEvents', args)),
];

const taken: { readonly question: string; readonly ms: number }[] = [];
const missed: string[] = [];
for (const question of questions) {
  const began = performance.now();
  try {
    await ask(question);
  } catch (error) {
    missed.push(`${question}\n  ${error instanceof Error ? error.message : 'failed'}`);
  }
  const ms = performance.now() - began;
  taken.push({ question, ms });
  if (ms > goalMs) missed.push(`${question}\n  took ${ms.toFixed(0)} ms`);
}
await gateway.stop();
await filled.close();
console.log(`${questions.length} questions, of which the slowest:`);
for (const { question, ms } of taken.toSorted((a, b) => b.ms - a.ms).slice(0, shown)) console.log(`${ms.toFixed(0).padStart(6)} ms  ${question}`);
for (const each of missed) console.error(`missed: ${each}`);
process.exitCode = missed.length === 0 ? 0 : 1;
