import type { ReadOutcome } from '../sync/read-service.ts';

export const describeSeal = (seal: {
  readonly changed: number;
  readonly removed: number;
  readonly quarantined: number;
  readonly pages: number;
}): string =>
  `${seal.changed} records changed, ${seal.removed} removed, ${seal.pages} ${seal.pages === 1 ? 'page' : 'pages'}` +
  (seal.quarantined === 0 ? '' : `; ${seal.quarantined} removals held back until they are accepted`);

export function describeOutcome(name: string, outcome: ReadOutcome): string {
  if (outcome.kind === 'sealed') return `${name}: ${describeSeal({ ...outcome.seal, pages: outcome.calls })}`;
  if (outcome.kind === 'busy') return `${name}: another process reads it`;
  return `${name}: ${outcome.failure.message}`;
}
