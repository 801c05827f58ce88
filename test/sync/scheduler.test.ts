import { expect, test } from 'vitest';
import { createScheduler } from '../../src/sync/scheduler.ts';
import { startSyncBench } from './support.ts';

test('all who want linking during a run share the next one', async () => {
  await using bench = await startSyncBench(5);
  const accounts: number[] = [];
  const scheduler = createScheduler({
    store: bench.store,
    services: [bench.service],
    now: Date.now,
    onEvent: (event) => void (event.kind === 'linked' && accounts.push(event.result.accounts)),
  });
  await scheduler.once();
  accounts.length = 0;
  await Promise.all(Array.from({ length: 10 }, () => scheduler.link()));
  expect(accounts).toEqual([0]);
  const first = scheduler.link();
  await Promise.resolve();
  await Promise.all([first, ...Array.from({ length: 10 }, () => scheduler.link())]);
  expect(accounts).toEqual([0, 0, 0]);
  await scheduler.stop();
});
