import { setImmediate } from 'node:timers/promises';
import { stringify } from 'csv-stringify/sync';
import type { Finding, ReportFormat } from '../model/access.ts';
import type { GrantFilter, ServiceView } from '../model/views.ts';
import { servicesOf } from './context.ts';
import { csvCell } from './csv-cell.ts';
import { accessRows, coverageRow, exportColumns, type ExportRow } from './export-rows.ts';
import { reportAsOf } from './reports.ts';
import type { View } from './view.ts';

export interface ReportExport {
  readonly format: ReportFormat;
  readonly filter: GrantFilter;
  readonly findings: readonly Finding[];
}

/** Rows worked out at once: what an export holds in memory, and how long it keeps others waiting. */
const batchSize = 50;

/**
 * A role report as text, piece by piece: a piece is made when the one before was taken. All of it is of the view's revision. What the report stands
 * on is told for every service, also for one that could not be read: in CSV and NDJSON after the rows, where it proves that the file is whole.
 */
export async function* exportRoleReport(view: View, { format, filter, findings }: ReportExport): AsyncGenerator<string> {
  const services = filter.services === undefined ? view.services : servicesOf(view, filter.services);
  const writer = writers[format](view, services, findings);
  yield writer.start;
  let first = true;
  for await (const rows of batches(view.scanning(), filter, findings)) {
    yield writer.rows(rows, first);
    first = false;
  }
  yield writer.end;
}

async function* batches(view: View, filter: GrantFilter, findings: readonly Finding[]): AsyncGenerator<readonly ExportRow[]> {
  for (let after: string | undefined; ;) {
    const slice = await view.reportRows(filter, findings, { first: batchSize, after });
    if (slice.edges.length > 0) {
      yield await accessRows(
        view,
        slice.edges.map(({ node }) => node),
      );
    }
    if (!slice.hasNext) return;
    after = slice.edges.at(-1)?.cursor;
    await setImmediate();
  }
}

interface Writer {
  readonly start: string;
  rows(rows: readonly ExportRow[], first: boolean): string;
  readonly end: string;
}

type CreateWriter = (view: View, services: readonly ServiceView[], findings: readonly Finding[]) => Writer;

const lines = (rows: readonly ExportRow[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

const writers: Readonly<Record<ReportFormat, CreateWriter>> = {
  CSV: (_view, services) => ({
    start: stringify([[...exportColumns]]),
    rows: toCsv,
    end: toCsv(services.map(coverageRow)),
  }),
  NDJSON: (_view, services) => ({ start: '', rows: lines, end: lines(services.map(coverageRow)) }),
  JSON: (view, services, findings) => {
    const head = {
      asOf: new Date(reportAsOf(services, view.now)).toISOString(),
      revision: view.revision,
      findings,
      coverage: services.map(coverageRow),
    };
    return {
      start: `${JSON.stringify(head).slice(0, -1)},"rows":[`,
      rows: (rows, first) => `${first ? '' : ','}\n${rows.map((row) => JSON.stringify(row)).join(',\n')}`,
      end: '\n]}\n',
    };
  },
};

function toCsv(rows: readonly ExportRow[]): string {
  const cells = rows.map((row) =>
    exportColumns.map((column) => {
      const cell = row[column] ?? '';
      return typeof cell === 'string' ? csvCell(cell) : String(cell);
    }),
  );
  return stringify(cells, { escape_formulas: true });
}
