import { styleText } from 'node:util';
import Table from 'cli-table3';
import { stringify } from 'csv-stringify/sync';
import { csvCell } from '../../directory/csv-cell.ts';
import type { Answer, Cell, Column } from './answer.ts';
import type { OutputFormat } from './names.ts';
import { collected } from './page.ts';
import { plain, plainJson } from './plain.ts';
import type { Coverage } from './shapes.ts';

export interface Style {
  /** Only where a terminal shows it, and nobody asked for none. */
  readonly colour: boolean;
}

type Writer = <Row>(answer: Answer<Row>, coverage: readonly Coverage[], style: Style) => AsyncGenerator<string>;

/** An answer as text, piece by piece: NDJSON and CSV never hold more than a page of it. */
export function written<Row>(format: OutputFormat, answer: Answer<Row>, coverage: readonly Coverage[], style: Style): AsyncGenerator<string> {
  return writers[format](answer, coverage, style);
}

const writers: Readonly<Record<OutputFormat, Writer>> = {
  async *table(answer, _coverage, { colour }) {
    const bold = (text: string): string => (colour ? styleText('bold', text, { validateStream: false }) : text);
    const { headline = [], columns, none } = answer;
    const labelLength = Math.max(0, ...headline.map(([label]) => label.length));
    for (const [label, text] of headline) yield `${bold(label.padEnd(labelLength))}  ${plain(text)}\n`;
    const rows = await collected(answer.rows);
    if (headline.length > 0) yield '\n';
    if (rows.length === 0) {
      yield `${none}\n`;
      return;
    }
    const shown = columns.filter((column) => column.onlyInFiles !== true && rows.some((row) => column.cell(row) !== null));
    const table = new Table({
      head: shown.map(({ name }) => bold(name.replaceAll(/[A-Z]/g, ' $&').toUpperCase())),
      style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
      chars: noBorders,
    });
    for (const row of rows) table.push(shown.map((column) => plain(tableText(column.cell(row)))));
    yield `${table.toString().replaceAll(/ +$/gm, '')}\n`;
  },
  async *json({ about = {}, rowsName, rows }, coverage) {
    yield `${plainJson({ ...about, [rowsName]: await collected(rows), coverage }, 2)}\n`;
  },
  async *ndjson({ rows }) {
    for await (const row of rows) yield `${plainJson(row)}\n`;
  },
  async *csv({ columns, rows }) {
    yield stringify([columns.map(({ name }) => name)]);
    for await (const row of rows) yield stringify([csvLine(columns, row)], { escape_formulas: true });
  },
};

const tableText = (cell: Cell): string => (cell === null ? '-' : String(cell));

function csvLine<Row>(columns: readonly Column<Row>[], row: Row): readonly string[] {
  return columns.map((column) => {
    const cell = column.cell(row) ?? '';
    return typeof cell === 'string' ? csvCell(cell) : String(cell);
  });
}

const borders = 'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid middle'.split(
  ' ',
);
const noBorders = Object.fromEntries(borders.map((name) => [name, '']));
