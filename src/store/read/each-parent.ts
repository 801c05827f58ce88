import { sql } from 'kysely';
import { rowsOf, type Fragment, type Snapshot } from './snapshot.ts';

/** One list for each of many parents. */
export interface ListsByParent {
  /** Common table expressions. */
  readonly ctes: Fragment;
  readonly parent: Fragment;
  /** What tells parents apart, when it takes more than `parent`. */
  readonly partition?: Fragment;
  readonly columns: Fragment;
  /** The common table expression that leads from parents to rows, under an alias. */
  readonly of: Fragment;
  /** The table of the rows, under an alias. */
  readonly rows: Fragment;
  readonly where: Fragment;
  readonly order: Fragment;
  /** Rows of one parent. */
  readonly limit: number;
}

export type OfParent<Row> = Row & { readonly parent: string };

/** The first rows of every parent's list, in one statement. */
export function firstOfEach<Row>(at: Snapshot, lists: ListsByParent): Promise<readonly OfParent<Row>[]> {
  const { ctes, parent, partition = parent, columns, of, rows, where, order, limit } = lists;
  // To SQLite `cross join` means this order of the tables (sqlite.org/optoverview.html): left alone, it walks all rows in the order of the window.
  return rowsOf(
    at,
    sql`with recursive ${ctes},
      ranked as (
        select ${parent} as parent, ${columns}, row_number() over (partition by ${partition} order by ${order}) as place from ${of} cross join ${rows} where ${where}
      )
      select * from ranked where place <= ${limit} order by parent, place`,
  );
}
