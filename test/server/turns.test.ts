import { expect, test } from 'vitest';
import type { View } from '../../src/directory/view.ts';
import { post, startEmpty } from './support.ts';

/** In which order operations that are asked at once begin and end. */
async function stepsOf(query: string, keys: number): Promise<readonly string[]> {
  const steps: string[] = [];
  let operations = 0;
  const view: Partial<View> = {
    services: [],
    now: 0,
    async usersByLookup(lookups) {
      const name = (operations += 1);
      steps.push(`${name} begins`);
      await Promise.resolve();
      steps.push(`${name} ends`);
      return lookups.map(() => undefined);
    },
  };
  const opened = new Promise<View>((resolve) => setTimeout(() => resolve(view as View), 50));
  await using bench = await startEmpty({ directory: { open: () => opened } });
  const variables = { refs: Array.from({ length: keys }, (_each, n) => ({ username: `u${n}` })) };
  const replies = await Promise.all([1, 2, 3].map(() => post(bench.server, { query, variables })));
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
  return steps;
}

const query = 'query ($refs: [UserBy!]!) { usersBy(refs: $refs) { id identities { externalId roles { name } } } }';

test('large operations run one after the other', async () => {
  expect(await stepsOf(query, 100)).toEqual(['1 begins', '1 ends', '2 begins', '2 ends', '3 begins', '3 ends']);
});

test('small ones wait for nobody', async () => {
  expect((await stepsOf(query, 1)).slice(0, 3)).toEqual(['1 begins', '2 begins', '3 begins']);
});
