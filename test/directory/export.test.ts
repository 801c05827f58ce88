import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { csvCell } from '../../src/directory/csv-cell.ts';
import { exportRoleReport } from '../../src/directory/export.ts';
import { exportColumns } from '../../src/directory/export-rows.ts';
import type { View } from '../../src/directory/view.ts';
import { findings, type ReportFormat } from '../../src/model/access.ts';
import { openSqlite, type TestStore } from '../store/engines.ts';
import { fillStore, grant, group, identity, member, of, role, scope } from '../store/fixture.ts';
import { openView } from './support.ts';

/** What a spreadsheet may take for a formula, at the start or behind something that it trims, hides or splits at. */
const formulas = [
  '=1+1',
  '+1+1',
  '-1+1',
  '@SUM(A1)',
  '\t=1+1',
  '\r=1+1',
  '\n=1+1',
  '\uFF1D1+1',
  '\uFF0B1+1',
  '\uFF0D1+1',
  '\uFF20SUM(A1)',
  ' =1+1',
  '\u00A0=1+1',
  '\u3000=1+1',
  '\u200B=1+1',
  '\uFEFF=1+1',
  '\u202E=1+1',
  'x\n=1+1',
  'x\u2028=1+1',
  'x;=1+1',
  '"=1+1',
  '\u2800 \u00AD=1+1',
  '\u0001=1+1',
];

const person = (externalId: string) => ({ kind: 'identity', externalId }) as const;
const many = 1_203;

let store: TestStore;
let view: View;
beforeAll(async () => {
  store = await openSqlite();
  await fillStore(store.connection, {
    services: [
      { name: 'lab', display_name: 'Lab', sealed_as_of: 1_799_999_000_000 },
      {
        name: 'dead',
        display_name: 'Dead',
        service_id: null,
        issue: { code: 'SERVICE_UNREACHABLE', message: 'dead: no connection', retryable: true },
      },
    ],
    records: of(
      'lab',
      role('r', { name: '=cmd|calc' }),
      scope('PROJECT', 'p', { displayName: 'Pro, "ject"' }),
      group('team', ' =team'),
      ...formulas.flatMap((text, n) => [identity(`f${n}`, { displayName: text }), grant(`f${n}`, person(`f${n}`), { role: 'r' })]),
      identity('ana', { displayName: 'Ana', mfaEnabled: false }),
      member('team', 'identity', 'ana'),
      grant('of-team', { kind: 'group', externalId: 'team' }, { level: 'ADMIN', scopeKind: 'PROJECT', scope: { kind: 'PROJECT', externalId: 'p' } }),
      ...Array.from({ length: many }, (_, n) => grant(`m${String(n).padStart(5, '0')}`, person('ana'), { scopeKind: 'PROJECT', allScopes: true })),
    ),
    people: [{ id: 'ana', display_name: 'Ana', primary_email: 'ana@acme.example' }],
    links: [{ service: 'lab', account: 'ana', user: 'ana' }],
  });
  view = await openView(store);
}, 30_000);
afterAll(() => store.close());

async function write(format: ReportFormat, more: Partial<Parameters<typeof exportRoleReport>[1]> = {}): Promise<string> {
  let text = '';
  for await (const piece of exportRoleReport(view, { format, filter: {}, findings: [], ...more })) text += piece;
  return text;
}

type Row = Readonly<Record<string, unknown>>;
const readCsv = (text: string): readonly Readonly<Record<string, string>>[] => parse(text, { columns: true });
const readLines = (text: string): readonly Row[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);

test.each(formulas)('a spreadsheet finds no formula in %j', (text) => {
  const shown = csvCell(text);
  expect(shown).not.toMatch(/[\n\r\t\p{Cf}]|;\s*=/u);
  expect(shown).toBe(shown.trim());
});

describe('an exported report', () => {
  it('is a table with one header, a line for each row, and one for each service, the dead one too', async () => {
    const rows = readCsv(await write('CSV'));
    expect(Object.keys(rows[0] ?? {})).toEqual(exportColumns);
    expect(Map.groupBy(rows, ({ record }) => record).get('access')?.length).toBe(many + formulas.length + 1);
    expect(rows.slice(-2)).toMatchObject([
      { record: 'coverage', service: 'lab', coverage: 'COMPLETE', asOf: '2027-01-15T07:43:20.000Z', issue: '' },
      { record: 'coverage', service: 'dead', serviceId: '', coverage: 'FAILED', asOf: '', issue: 'SERVICE_UNREACHABLE: dead: no connection' },
    ]);
    expect(rows.find(({ grantId }) => grantId === 'of-team')).toMatchObject({
      userEmail: 'ana@acme.example',
      level: 'ADMIN',
      scope: 'Pro, "ject"',
      allScopes: 'false',
      source: 'VIA_GROUP',
      group: "'=team",
      mfaEnabled: 'false',
    });
  });

  it('holds no formula in any cell of the table, and every text as it was in JSON', async () => {
    const cells = readCsv(await write('CSV')).flatMap((row) => Object.values(row));
    expect(cells.filter((cell) => /^[\s\p{Z}\p{Cf}"]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/u.test(cell))).toEqual([]);
    const { rows } = JSON.parse(await write('JSON')) as { rows: readonly Row[] };
    const names = new Map(rows.map(({ accountId, accountName }) => [accountId, accountName]));
    expect(formulas.map((_, n) => names.get(`f${n}`))).toEqual(formulas);
  });

  it('says the same in all formats', async () => {
    const { rows, coverage, asOf } = JSON.parse(await write('JSON')) as { rows: readonly Row[]; coverage: readonly Row[]; asOf: string };
    expect(asOf).toBe('2027-01-15T07:43:20.000Z');
    expect(coverage.map(({ service, coverage: state }) => [service, state])).toEqual([
      ['lab', 'COMPLETE'],
      ['dead', 'FAILED'],
    ]);
    expect(readLines(await write('NDJSON'))).toEqual([...rows, ...coverage]);
    expect(readCsv(await write('CSV')).map(({ grantId }) => grantId)).toEqual([...rows.map(({ grantId }) => grantId), '', '']);
  });

  it('has the rows of the filter and the findings, and is whole when there are none', async () => {
    const orphans = readLines(await write('NDJSON', { findings: ['ORPHAN'] }));
    expect(orphans.filter(({ finding }) => finding === 'ORPHAN').length).toBe(formulas.length);
    expect(orphans[0]?.['reason']).toBe('no person is linked to this account');
    const none = { filter: { services: [{ type: 'dead' }] }, findings };
    expect(JSON.parse(await write('JSON', none))).toMatchObject({ rows: [], coverage: [{ service: 'dead' }] });
    expect(readCsv(await write('CSV', none))).toMatchObject([{ record: 'coverage', service: 'dead' }]);
  });

  it('makes a piece only when the one before was taken', async () => {
    const pieces = exportRoleReport(view, { format: 'CSV', filter: {}, findings: [] });
    expect(await store.costOf(() => pieces.next())).toBe(0);
    const first = await store.costOf(() => pieces.next());
    expect(first).toBeLessThanOrEqual(7);
    expect(await store.costOf(() => pieces.next())).toBe(first);
    expect(await store.costOf(() => pieces.return(undefined))).toBe(0);
  });
});
