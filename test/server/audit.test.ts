import { serverAudits } from 'graphql-http';
import { expect, test } from 'vitest';
import { startEmpty } from './support.ts';

test('GraphQL over HTTP: every audit of graphql-http is passed', async () => {
  await using bench = await startEmpty();
  const { url } = await bench.server.listen('127.0.0.1', 0);
  const audits = serverAudits({ url: `${url}/graphql` });
  expect(audits.length).toBeGreaterThanOrEqual(61);
  const results = await Promise.all(audits.map((audit) => audit.fn()));
  const failed = results.flatMap((result) => (result.status === 'ok' ? [] : [`${result.status}: ${result.name}: ${result.reason}`]));
  expect(failed).toEqual([]);
});
