import { expect, it } from 'vitest';
import { createBoard } from '../../src/cli/watch.ts';

const clock = (): Date => new Date(Date.UTC(2026, 0, 31, 12));

function record(isTTY: boolean) {
  const pieces: string[] = [];
  return { pieces, board: createBoard(['chat', 'pager'], { isTTY, columns: 60, write: (text) => pieces.push(text) }, clock) };
}

const seal = { kind: 'sealed', service: 'pager', changed: 3, removed: 0, quarantined: 0, pages: 1 } as const;
const progress = { service: 'chat', listing: 'users', pages: 2, records: 400 };

it('keeps a line a service in a terminal', () => {
  const { pieces, board } = record(true);
  board.onProgress(progress);
  board.onEvent(seal);
  expect(pieces).toEqual([
    '\u001B[2Kchat   reading users: 400 records, 2 pages\n\u001B[2Kpager  waiting\n',
    '\u001B[2A\u001B[2Kchat   reading users: 400 records, 2 pages\n\u001B[2Kpager  2026-01-31T12:00:00Z  3 records changed, 0 removed, \n',
  ]);
});

it('writes a plain line for what happened elsewhere', () => {
  const { pieces, board } = record(false);
  board.onProgress(progress);
  board.onEvent(seal);
  expect(pieces).toEqual(['2026-01-31T12:00:00Z  pager  3 records changed, 0 removed, 1 page\n']);
});
