import { CsvError, parse } from 'csv-parse';
import { AdapterError } from '../../src/contract/errors.ts';
import type { OpenFile } from './file.ts';

interface CsvRow {
  readonly cells: readonly string[];
  /** Offset of the byte after the row. */
  readonly end: number;
}

const rowMaxBytes = 1024 * 1024;

/** The rows from an offset on, each with as many cells as the first or as `width`. */
export async function* readRows(file: OpenFile, start: number, width?: number): AsyncGenerator<CsvRow> {
  const parser = parse({
    bom: start === 0,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: rowMaxBytes,
    record_delimiter: ['\r\n', '\n'],
  });
  const bytes = file.bytes(start);
  bytes.on('error', (error) => parser.destroy(error));
  bytes.pipe(parser);
  let expected = width;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { bytes: number; records: number } }>) {
      expected ??= record.length;
      const place = `sym: ${file.source.setting}: row ${info.records}${start === 0 ? '' : ` after byte ${start}`}`;
      if (record.length !== expected) {
        throw new AdapterError('BAD_RESPONSE', `${place} has ${record.length} cells where the header has ${expected}; write the file again`);
      }
      if (record.some((cell) => cell.includes('\uFFFD'))) throw new AdapterError('BAD_RESPONSE', `${place} is not UTF-8`);
      yield { cells: record.map((cell) => cell.trim()), end: start + info.bytes };
    }
  } catch (error) {
    if (error instanceof CsvError)
      throw new AdapterError('BAD_RESPONSE', `sym: ${file.source.setting}: not CSV as the command line writes it (${error.code})`);
    throw error;
  } finally {
    bytes.unpipe(parser);
    bytes.destroy();
  }
}
