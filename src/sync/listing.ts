import type { Listing, Page } from '../contract/adapter.ts';
import { AdapterError } from '../contract/errors.ts';
import { recordKey } from '../contract/records.ts';

// Empty pages are allowed on the way (teams without members, say); a service that goes on for ever is not.
const fruitlessPages = { atLeast: 100, perFruitful: 10 } as const;
const maxCursorLength = 64 * 1024;

/**
 * Refuses the ways in which a service can lead a reader in circles: a cursor that does not move or comes again, or page after page of nothing new.
 */
export function createListingGuard(listing: Listing, start: string | null): (page: Page) => void {
  const cursors = new Set<string | null>([start]);
  const keys = new Set<string>();
  let fruitless = 0;
  let fruitful = 0;
  return (page) => {
    const known = keys.size;
    for (const record of page.records) keys.add(`${record.kind} ${recordKey(record)}`);
    if (keys.size > known) {
      fruitful += 1;
      fruitless = 0;
    } else fruitless += 1;
    if (page.next === null) return;
    if (page.next.length > maxCursorLength)
      throw new AdapterError('BAD_RESPONSE', `the listing "${listing.name}" gave a page cursor that is too long`);
    if (cursors.has(page.next))
      throw new AdapterError('BAD_RESPONSE', `the listing "${listing.name}" gave a page cursor again: it leads in a circle`);
    if (fruitless > fruitlessPages.atLeast + fruitlessPages.perFruitful * fruitful)
      throw new AdapterError('BAD_RESPONSE', `the listing "${listing.name}" gave ${fruitless} pages in a row without anything new`);
    cursors.add(page.next);
  };
}
