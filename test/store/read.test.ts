import { afterAll, beforeAll, describe } from 'vitest';
import { accessSuite } from '../directory/access.suite.ts';
import { accessDiffSuite } from '../directory/access-diff.suite.ts';
import { accountsSuite } from '../directory/accounts.suite.ts';
import { costSuite } from '../directory/cost.suite.ts';
import { credentialsSuite } from '../directory/credentials.suite.ts';
import { groupsSuite } from '../directory/groups.suite.ts';
import { historySuite } from '../directory/history.suite.ts';
import { levelsSuite } from '../directory/levels.suite.ts';
import { lookupSuite } from '../directory/lookup.suite.ts';
import { peopleSuite } from '../directory/people.suite.ts';
import { revisionSuite } from '../directory/revision.suite.ts';
import { askedEngines, type TestStore } from './engines.ts';

// All questions on all engines.
describe.each(askedEngines)('the index on $name', ({ open }) => {
  let opened: TestStore | undefined;
  const store = (): TestStore => {
    if (opened === undefined) throw new Error('the store is not open');
    return opened;
  };
  beforeAll(async () => {
    opened = await open();
  }, 60_000);
  afterAll(() => opened?.close());

  lookupSuite(store);
  peopleSuite(store);
  accountsSuite(store);
  credentialsSuite(store);
  groupsSuite(store);
  accessSuite(store);
  levelsSuite(store);
  revisionSuite(store);
  historySuite(store);
  accessDiffSuite(store);
  costSuite(store);
});
