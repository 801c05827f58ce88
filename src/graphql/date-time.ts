import { z } from 'zod';
import type { Instant } from '../contract/records.ts';

const dateTime = z.iso.datetime({ offset: true });

/** What is asked for where `parseDateTime` found nothing. */
export const dateTimeHint = 'give a moment by RFC 3339, such as 2026-01-31T12:00:00Z';

/** A moment by RFC 3339, with its seconds and any offset; undefined for anything else, also for a day that no month has. */
export function parseDateTime(text: string): Instant | undefined {
  // RFC 3339 §5.6: T and Z may be written small.
  const { success, data } = dateTime.safeParse(text.toUpperCase());
  return success ? Date.parse(data) : undefined;
}
