import { expect, test } from 'vitest';
import { startDemo } from '../../src/cli/demo.ts';
import { createRuntime } from '../../src/cli/runtime.ts';
import { createServer } from '../../src/server/server.ts';
import { createRecorder, idle, idleDesk, post } from '../server/support.ts';

test('a live read goes through the thread that reads services, and is answered by the server’s', { timeout: 30_000 }, async () => {
  const demo = await startDemo({ people: 20, port: 0, types: ['squirro', 'slack'] });
  const runtime = await createRuntime(demo.config);
  const { directory } = runtime;
  const server = createServer({ directory, operator: idle, desk: idleDesk, ready: () => ({ ready: true, detail: [] }), log: createRecorder().log });
  try {
    await runtime.sync.once();
    const view = await directory.open();
    const { edges } = await view.users({}, { field: 'displayName', descending: false }, { first: 5 });
    const refs = edges.map(({ node }) => ({ id: node.id }));
    const query =
      'query ($refs: [UserBy!]!, $freshness: Freshness) { usersBy(refs: $refs, freshness: $freshness) { identities { origin service { type } } } }';
    const before = await runtime.sync.calls();
    const { body } = await post(server, { query, variables: { refs, freshness: { maxAge: '0s', onMiss: 'FAIL' } } });
    expect(body.errors).toBeUndefined();
    const { usersBy } = body.data as { usersBy: { identities: { origin: string; service: { type: string } }[] }[] };
    const identities = usersBy.flatMap((user) => user.identities);
    expect(identities.length).toBeGreaterThanOrEqual(refs.length);
    expect(new Set(identities.map(({ origin }) => origin))).toEqual(new Set(['LIVE']));
    const after = await runtime.sync.calls();
    const total = (calls: ReadonlyMap<string, number>) => [...calls.values()].reduce((sum, each) => sum + each, 0);
    expect(total(after) - total(before)).toBeGreaterThan(0);
    const nobody = { refs: [{ email: 'nobody-of-all@acme.example' }], freshness: { maxAge: '1m' } };
    const askable = view.services.filter(({ findsByEmail }) => findsByEmail).length;
    expect(askable).toBeGreaterThan(0);
    for (const calls of [askable, 0]) {
      const asked = total(await runtime.sync.calls());
      expect((await post(server, { query, variables: nobody })).body).toEqual({ data: { usersBy: [null] } });
      expect(total(await runtime.sync.calls()) - asked).toBe(calls);
    }
  } finally {
    await server.close();
    await runtime.close();
    await demo.close();
  }
});
