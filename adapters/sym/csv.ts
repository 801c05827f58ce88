import { z } from 'zod';
import type { Adapter, Listing, LiveIdentity, Page, RejectedRecord } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import type { SourceRecord } from '../../src/contract/records.ts';
import { addressKey, sameAddress } from './address.ts';
import { readRows } from './csv-rows.ts';
import { withFile, type OpenFile, type SourceFile } from './file.ts';
import { toLive, toRecords, toRoles } from './map.ts';
import { readTable, type UsersTable } from './table.ts';
import { filled, given, parseServiceKey, type SymUser } from './wire.ts';

const rowsAPage = 1_000;

/**
 * The way by `symflow users list-identities -o FILE` (Python package `sym-flow-cli`, helpers/users.py): one row a person, one column a service.
 * Bots are not in the file, nor roles or names: those come from the table of `symflow users list`, joined on the address.
 */
export function createCsvAdapter(paths: { readonly csv: string; readonly users: string | undefined }, serviceId: string): Adapter {
  const source: SourceFile = { path: paths.csv, setting: 'credentials.csv' };
  const tableSource = paths.users === undefined ? undefined : { path: paths.users, setting: 'credentials.users' };

  const loadTable = async (signal: AbortSignal): Promise<UsersTable | undefined> =>
    tableSource === undefined ? undefined : readTable(tableSource, signal);

  // kept from page to page of one listing, else each page would read the whole table again
  let pageTable: UsersTable | undefined;

  async function page(cursor: string | null, signal: AbortSignal): Promise<Page> {
    const from = cursor === null ? undefined : parseCursor(cursor);
    if (from === undefined || from.table !== pageTable?.version) pageTable = await loadTable(signal);
    const table = pageTable;
    if (from !== undefined && from.table !== table?.version) throw changed(tableSource ?? source);

    return withFile(source, signal, async (file) => {
      if (from !== undefined && from.file !== file.version) throw changed(source);
      const columns = await readHeader(file);
      const start = from?.offset ?? columns.end;
      const records: SourceRecord[] = [];
      const rejected: RejectedRecord[] = [];
      let read = 0;
      let next: string | null = null;
      let offset = start;
      for await (const row of readRows(file, start, columns.width)) {
        if (read === rowsAPage) {
          next = JSON.stringify({ file: file.version, table: table?.version, offset } satisfies CsvCursor);
          break;
        }
        read += 1;
        offset = row.end;
        const user = toUser(row.cells, columns, table);
        if (user === undefined) rejected.push({ kind: 'identity', externalId: undefined, reason: 'User ID: empty' });
        else records.push(...toRecords(user, serviceId));
      }
      if (!(await file.stillSame())) throw changed(source);
      if (next === null) pageTable = undefined;
      return { records, rejected, next };
    });
  }

  async function pick(wanted: (user: SymUser) => boolean, signal: AbortSignal): Promise<ReadonlyMap<string, LiveIdentity>> {
    const table = await loadTable(signal);
    return withFile(source, signal, async (file) => {
      const found = new Map<string, LiveIdentity>();
      const columns = await readHeader(file);
      for await (const { cells } of readRows(file, columns.end, columns.width)) {
        const user = toUser(cells, columns, table);
        if (user !== undefined && wanted(user)) found.set(user.id, toLive(user, serviceId));
      }
      if (!(await file.stillSame())) throw new AdapterError('BAD_RESPONSE', `sym: ${source.setting}: the file changed while it was read; ask again`);
      return found;
    });
  }

  const users: Listing = { name: 'users', yields: tableSource === undefined ? ['identity'] : ['identity', 'grant', 'role'], page };
  return {
    async describe(signal) {
      await withFile(source, signal, readHeader);
      await loadTable(signal);
      return { serviceId, displayName: serviceId, scopes: [] };
    },
    listings: [{ name: 'roles', yields: ['role'], page: () => Promise.resolve({ records: toRoles(), rejected: [], next: null }) }, users],
    async getIdentities(externalIds, signal) {
      const wanted = new Set(externalIds);
      return wanted.size === 0 ? new Map() : pick((user) => wanted.has(user.id), signal);
    },
    async findByEmail(address, signal) {
      const found = await pick((user) => user.email !== undefined && sameAddress(user.email, address), signal);
      return [...found.values()];
    },
  };
}

const csvCursor = z.object({ file: z.string(), table: z.string().optional(), offset: z.int().nonnegative() });
type CsvCursor = z.output<typeof csvCursor>;

function parseCursor(cursor: string): CsvCursor {
  try {
    return csvCursor.parse(JSON.parse(cursor));
  } catch {
    throw new AdapterError('CURSOR_EXPIRED', 'sym: not a cursor of this listing');
  }
}

function changed(source: SourceFile): AdapterError {
  return new AdapterError('CURSOR_EXPIRED', `sym: ${source.setting}: the file changed while it was read`);
}

interface Columns {
  readonly width: number;
  /** Offset of the first row after the header. */
  readonly end: number;
  readonly id: number;
  /** The command line's `sym:cloud` first, then the older `email`. */
  readonly addresses: readonly number[];
  readonly services: readonly { readonly index: number; readonly service: string; readonly serviceId: string }[];
}

async function readHeader(file: OpenFile): Promise<Columns> {
  for await (const { cells, end } of readRows(file, 0)) {
    const names = cells.map((cell) => cell.toLowerCase());
    const id = names.indexOf('user id');
    if (id === -1) break;
    return {
      width: cells.length,
      end,
      id,
      addresses: [names.indexOf('sym:cloud'), names.indexOf('email')].filter((index) => index !== -1),
      services: cells.flatMap((cell, index) => {
        const key = index === id ? undefined : parseServiceKey(cell);
        return key === undefined ? [] : [{ index, ...key }];
      }),
    };
  }
  throw new AdapterError(
    'MISCONFIGURED',
    `sym: ${file.source.setting}: no header row with the column \`User ID\`; give the file that \`symflow users list-identities -o FILE\` writes`,
  );
}

function toUser(cells: readonly string[], columns: Columns, table: UsersTable | undefined): SymUser | undefined {
  const id = filled(cells[columns.id]);
  if (id === undefined) return undefined;
  const email = columns.addresses.map((index) => filled(cells[index])).find((cell) => cell !== undefined);
  const row = email === undefined ? undefined : table?.rows.get(addressKey(email));
  return {
    id,
    // the command line writes people only
    type: 'normal',
    ...given({ email, username: email, role: row?.role, displayName: row?.name, createdAt: row?.createdAt }),
    identities: columns.services.flatMap(({ index, service, serviceId }) => {
      const userId = filled(cells[index]);
      return userId === undefined ? [] : [{ service, serviceId, userId }];
    }),
  };
}
