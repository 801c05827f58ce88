/** Names as they are ordered and searched: composed, lower case, single spaces. Never evidence. */
export const foldName = (text: string): string => text.normalize('NFC').toLowerCase().replaceAll(/\s+/g, ' ').trim();

/** Orders what has no name behind everything that has one. */
export const nameless = '\u{10ffff}';

/** What a list is ordered by: the first of the given names that says anything. Cut, so that a hostile name cannot swell an index. */
export function sortName(...names: readonly (string | undefined)[]): string {
  for (const name of names) {
    const folded = foldName((name ?? '').slice(0, 1000)).slice(0, 200);
    if (folded !== '') return folded;
  }
  return nameless;
}
