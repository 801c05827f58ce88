import { afterAll, beforeAll, describe } from 'vitest';
import { effectiveSuite } from '../directory/effective.suite.ts';
import { reportsSuite } from '../directory/reports.suite.ts';
import { askedEngines, type TestStore } from './engines.ts';

describe.each(askedEngines)('access on $name', ({ open }) => {
  let opened: TestStore | undefined;
  const store = (): TestStore => {
    if (opened === undefined) throw new Error('the store is not open');
    return opened;
  };
  beforeAll(async () => {
    opened = await open();
  }, 60_000);
  afterAll(() => opened?.close());

  effectiveSuite(store);
  reportsSuite(store);
});
