import { exportRoleReport, type ReportExport } from '../directory/export.ts';
import type { Directory, View } from '../directory/view.ts';
import { toGrantFilter } from '../graphql/args.ts';
import { apiError } from '../graphql/errors.ts';
import { parseReportPath } from '../graphql/report-params.ts';
import type { ReportFormat } from '../model/access.ts';

export interface ExportedFile {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<string>;
}

export interface Exports {
  /** @returns undefined for a path that is no export's. @throws GraphQLError for parameters that cannot be understood, and when too many run. */
  open(path: string, search: string): Promise<ExportedFile | undefined>;
}

const mediaTypes: Readonly<Record<ReportFormat, string>> = {
  CSV: 'text/csv; charset=utf-8; header=present',
  JSON: 'application/json; charset=utf-8',
  NDJSON: 'application/x-ndjson; charset=utf-8',
};

/** Each walks the whole store; queries go on beside them. */
const maxRunning = 4;

/** Text in pieces, of one revision: the view's, or a newer one. */
export type WriteReport = (report: ReportExport, view: View) => AsyncIterable<string>;

const writeHere: WriteReport = (report, view) => exportRoleReport(view, report);

/** Reports as files, each of one revision. */
export function createExports(directory: Directory, write: WriteReport = writeHere): Exports {
  let running = 0;

  async function* counted(pieces: AsyncIterable<string>): AsyncGenerator<string> {
    running += 1;
    try {
      yield* pieces;
    } finally {
      running -= 1;
    }
  }

  return {
    async open(path, search) {
      const params = parseReportPath(path, search);
      if (params === undefined) return undefined;
      if (running >= maxRunning) throw apiError('OVERLOADED', `${maxRunning} exports are running: try again when one has ended`);
      const view = await directory.open();
      const { format, findings } = params;
      const filter = toGrantFilter(view, params.filter);
      const name = path.slice(path.lastIndexOf('/') + 1);
      return {
        headers: { 'content-type': mediaTypes[format], 'content-disposition': `attachment; filename="${name}"` },
        body: counted(write({ format, filter, findings }, view)),
      };
    },
  };
}
