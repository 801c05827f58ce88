import type { Account, Coverage, Person, Scope, Service } from './shapes.ts';

export type Cell = string | number | boolean | null;

/** One column of a table or of a CSV file. */
export interface Column<Row> {
  readonly name: string;
  /** Too long for a table, of use in a file. */
  readonly onlyInFiles?: true;
  cell(row: Row): Cell;
}

/** What a command found out, before anything is said of how it is written. */
export interface Answer<Row = unknown> {
  /** What is said once: in JSON beside the rows, above a table. */
  readonly about?: Readonly<Record<string, unknown>>;
  readonly headline?: readonly (readonly [label: string, text: string])[];
  /** Name of the rows in JSON. */
  readonly rowsName: string;
  readonly rows: AsyncIterable<Row>;
  readonly columns: readonly Column<Row>[];
  /** What a table without rows says. */
  readonly none: string;
  /** Services of which more is to be said than the store's own coverage. */
  readonly coverage?: readonly Coverage[];
}

// How things are called in one cell.

export const serviceText = ({ type, serviceId }: Service): string => (serviceId === null ? type : `${type}:${serviceId}`);
export const personText = (each: Person | null): string | null => each && (each.displayName ?? each.primaryEmail ?? each.id);
export const accountText = ({ displayName, username, externalId }: Account): string => displayName ?? username ?? externalId;

interface Place {
  readonly scope: Scope | null;
  readonly scopeKind: string | null;
  readonly allScopes: boolean;
}

export const placeText = ({ scope, scopeKind, allScopes }: Place): string | null =>
  scope === null ? (allScopes && scopeKind !== null ? `every ${scopeKind.toLowerCase()}` : null) : scope.displayName;

export async function* fromArray<Row>(rows: readonly Row[]): AsyncGenerator<Row> {
  yield* rows;
}
