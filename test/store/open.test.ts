import { expect, test } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { engines } from './engines.ts';

// A PGlite is within the one process that has it.
test.each(engines.filter(({ name }) => name !== 'PGlite'))(
  '$name refuses whoever only reads every write, whatever the address says',
  async ({ open }) => {
    const store = await open();
    const reader = await openStore(store.place, { readOnly: true });
    try {
      expect(await reader.read.selectFrom('revision').select('rev').execute()).toEqual([{ rev: 0 }]);
      for (const door of [reader.read, reader.scan, reader.write]) {
        await expect(door.insertInto('meta').values({ name: 'a', value: 'b' }).execute()).rejects.toThrow(/read-?only/);
      }
    } finally {
      await reader.close();
      await store.close();
    }
  },
);
