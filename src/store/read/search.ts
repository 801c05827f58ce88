import { sql } from 'kysely';
import { foldName } from '../../model/fold.ts';
import { storable, type Fragment } from './snapshot.ts';

// SQLite refuses patterns above 50,000 bytes (sqlite.org/limits.html); no stored name is near this.
const maxSoughtLength = 1000;

/** `column` holds folded text; every character of what is sought stands for itself. */
export function contains(column: string, sought: string): readonly Fragment[] {
  const folded = foldName(sought);
  if (folded === '') return [];
  if (folded.length > maxSoughtLength || !storable(folded)) return [sql`1 = 0`];
  const pattern = `%${folded.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return [sql`${sql.ref(column)} like ${pattern} escape ${'\\'}`];
}
