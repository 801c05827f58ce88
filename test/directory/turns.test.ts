import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDirectory } from '../../src/directory/directory.ts';
import { openSqlite, type TestStore } from '../store/engines.ts';
import { now } from './support.ts';

let store: TestStore;
beforeEach(async () => {
  store = await openSqlite();
});
afterEach(() => store.close());

it('Views that are opened together share a statement, and whoever needs nothing more is done before the next begins', async () => {
  const directory = createDirectory(store.connection, { now: () => now, managedDomains: [] });
  const steps: string[] = [];
  const work = async (name: string): Promise<void> => {
    await directory.open();
    steps.push(`${name} begins`);
    await Promise.resolve();
    steps.push(`${name} ends`);
  };
  expect(await store.costOf(() => Promise.all(['a', 'b', 'c'].map(work)))).toBe(1);
  expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});
