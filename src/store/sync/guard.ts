import type { RecordKind } from '../../contract/records.ts';

/** What one read would take away of one kind. */
export interface KindLoss {
  readonly kind: RecordKind;
  readonly gone: number;
  readonly live: number;
}

const maxShare = 0.1;
const maxGone = 500;
// Below this many, a share says nothing: the third of three roles may well be deleted.
const minGone = 3;

/**
 * Whether a read lost too much to be believed: more than a tenth or more than 500 of the accounts or of all records, at least half of the accounts,
 * or the whole of any kind.
 */
export function guardRemovals(losses: readonly KindLoss[]): boolean {
  const identities = losses.filter(({ kind }) => kind === 'identity');
  const all = { kind: 'identity' as const, gone: sum(losses, 'gone'), live: sum(losses, 'live') };
  return (
    [...identities, all].some(tooMuch) ||
    identities.some(({ gone, live }) => gone > 0 && gone * 2 >= live) ||
    losses.some(({ gone, live }) => gone >= minGone && gone === live)
  );
}

const tooMuch = ({ gone, live }: KindLoss): boolean => gone > maxGone || (gone >= minGone && gone > live * maxShare);

const sum = (losses: readonly KindLoss[], field: 'gone' | 'live'): number => losses.reduce((total, loss) => total + loss[field], 0);
