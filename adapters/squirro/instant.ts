import type { Instant } from '../../src/contract/records.ts';

const pattern = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/;

/** `2012-12-21 16:00:01` and `2014-01-09T08:40:00`, fractions and zone optional; without a zone it is UTC. Undefined for anything else. */
export function parseInstant(text: string): Instant | undefined {
  const match = pattern.exec(text.trim());
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  const at = Date.UTC(year, month - 1, day, hour, minute, second, Number((match[7] ?? '0').padEnd(3, '0').slice(0, 3)));
  const read = new Date(at);
  const exists = read.getUTCDate() === day && read.getUTCMonth() === month - 1 && read.getUTCHours() === hour && minute < 60 && second < 60;
  return exists ? at - offsetMs(match[8]) : undefined;
}

function offsetMs(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
