import { UserError } from '../exit.ts';

const unitsMs = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;

/** A day (`2026-01-31`, in UTC), a moment by RFC 3339, or how long ago (`30m`, `12h`, `7d`, `2w`), as RFC 3339 in UTC. @throws UserError */
export function toMoment(text: string, now: number): string {
  const [, count, unit] = /^(\d{1,5})([mhdw])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return new Date(now - Number(count) * unitsMs[unit as keyof typeof unitsMs]).toISOString();
  const moment = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(moment)) {
    throw new UserError(`${JSON.stringify(text)} is no moment: give a day (2026-01-31), a moment (2026-01-31T12:00:00Z) or how long ago (12h, 7d)`);
  }
  return new Date(moment).toISOString();
}
