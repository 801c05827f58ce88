import { AdapterError } from '../../src/contract/errors.ts';
import { addressKey } from './address.ts';
import { readRows } from './csv-rows.ts';
import { readLines, withFile, type OpenFile, type SourceFile } from './file.ts';
import { filled } from './wire.ts';

/** What `symflow users list` adds to a user. */
interface TableRow {
  readonly name: string | undefined;
  readonly role: string | undefined;
  readonly createdAt: string | undefined;
}

export interface UsersTable {
  readonly version: string;
  /** By address key. An address that occurs twice is left out: nobody can tell which row is whose. */
  readonly rows: ReadonlyMap<string, TableRow>;
}

/** Reads the table as the command line prints it, or the same columns as CSV. */
export async function readTable(source: SourceFile, signal: AbortSignal): Promise<UsersTable> {
  return withFile(source, signal, async (file) => {
    const rows = new Map<string, TableRow>();
    const doubled = new Set<string>();
    for await (const { email, ...row } of (await isPrinted(file)) ? printedRows(file) : csvRows(file)) {
      const key = addressKey(email);
      if (rows.has(key)) doubled.add(key);
      rows.set(key, row);
    }
    for (const key of doubled) rows.delete(key);
    return { version: file.version, rows };
  });
}

type Row = TableRow & { readonly email: string };

const lineMaxBytes = 64 * 1024;
/** Python's `tabulate`, format `simple`: columns stand at least two blanks apart; early releases print no Name. */
const printedHeader = /^(?:Name {2,})?Email {2,}Role {2,}Created At$/i;

async function isPrinted(file: OpenFile): Promise<boolean> {
  for await (const line of readLines(file, lineMaxBytes)) return line.text !== undefined && printedHeader.test(line.text);
  return false;
}

async function* printedRows(file: OpenFile): AsyncGenerator<Row> {
  for await (const { text } of readLines(file, lineMaxBytes)) {
    // from the right: people choose their names, and a name may look like the columns after it
    const [createdAt, role, email, ...name] = (text ?? '').split(/ {2,}/).toReversed();
    if (email === undefined || role === undefined || !email.includes('@') || !/^[\w-]+$/.test(role)) continue;
    yield { email, role, name: filled(name.toReversed().join(' ')), createdAt };
  }
}

async function* csvRows(file: OpenFile): AsyncGenerator<Row> {
  let header: readonly string[] | undefined;
  for await (const { cells } of readRows(file, 0)) {
    if (header === undefined) {
      header = cells.map((cell) => cell.toLowerCase());
      if (!header.includes('email') || !header.includes('role')) break;
      continue;
    }
    const cell = (column: string): string | undefined => filled(cells[header?.indexOf(column) ?? -1]);
    const email = cell('email');
    if (email !== undefined) yield { email, role: cell('role'), name: cell('name'), createdAt: cell('created at') };
  }
  if (header === undefined || !header.includes('email') || !header.includes('role')) {
    throw new AdapterError(
      'MISCONFIGURED',
      `sym: ${file.source.setting}: no columns \`Email\` and \`Role\`; give what \`symflow users list\` prints, or the same columns as CSV`,
    );
  }
}
