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
  readonly from: Fragment;
  readonly where: Fragment;
  readonly order: Fragment;
  /** Rows of one parent. */
  readonly limit: number;
}

export type OfParent<Row> = Row & { readonly parent: string };

/** The first rows of every parent's list, in one statement. */
export function firstOfEach<Row>(at: Snapshot, lists: ListsByParent): Promise<readonly OfParent<Row>[]> {
  const { ctes, parent, partition = parent, columns, from, where, order, limit } = lists;
  return rowsOf(
    at,
    sql`with recursive ${ctes},
      ranked as (
        select ${parent} as parent, ${columns}, row_number() over (partition by ${partition} order by ${order}) as place from ${from} where ${where}
      )
      select * from ranked where place <= ${limit} order by parent, place`,
  );
}
