import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '../../src/cli/common.ts';
import { startDemo, type Demo } from '../../src/cli/demo.ts';
import { createRuntime, type Runtime } from '../../src/cli/runtime.ts';
import { serve, type Serving } from '../../src/cli/start.ts';

let demo: Demo;
let runtime: Runtime;
let server: Serving;
let ids: readonly string[];
let service: string;

beforeAll(async () => {
  demo = await startDemo({ people: 20, port: 0, types: ['squirro', 'slack'] });
  runtime = await createRuntime(demo.config, { serves: true });
  server = await serve(runtime, { host: '127.0.0.1', port: 0 }, [], createLog('error'));
  await runtime.sync.once();
  const view = await runtime.directory.open();
  const { edges } = await view.users({}, { field: 'displayName', descending: false }, { first: 2 });
  ids = edges.map(({ node }) => node.id);
  service = view.services.map(({ type, serviceId }) => `{ type: "${type}", serviceId: "${serviceId ?? ''}" }`)[0] ?? '';
}, 30_000);

afterAll(async () => {
  await server.close();
  await runtime.close();
  await demo.close();
});

interface Answer {
  readonly data: Readonly<Record<string, unknown>>;
  readonly requestId: string | null;
}

async function ask(query: string): Promise<Answer> {
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return { ...((await answer.json()) as Pick<Answer, 'data'>), requestId: answer.headers.get('x-request-id') };
}

/** Whoever wants to write waits until it is let go. */
function holdWriteLock(): Disposable {
  const writer = new DatabaseSync(join(demo.config.store, 'rollcall.db'));
  writer.exec('begin immediate');
  return { [Symbol.dispose]: () => writer.close() };
}

test('decisions wait for whoever writes, and nothing else waits for them', { timeout: 30_000 }, async () => {
  const done: string[] = [];
  const decide = async (mutation: string): Promise<Answer> => {
    const answer = await ask(`mutation { ${mutation} }`);
    done.push(mutation);
    return answer;
  };
  const [into, from] = ids;
  let decided: readonly Promise<Answer>[];
  {
    using _ = holdWriteLock();
    decided = [
      decide(
        `mergeUsers(into: "${into}", from: ["${from}"], note: "one person") { user { retiredIds } event { reason requestId actor { __typename } } }`,
      ),
      decide(`acknowledgeQuarantine(service: ${service}, accept: true, reason: "moved") { userErrors { message } }`),
      decide(`linkIdentity(identity: { service: "slack", externalId: "nobody" }, user: "${into}") { userErrors { code field } }`),
    ];
    for (let round = 0; round < 20; round++) {
      expect((await fetch(`${server.url}/live`)).status).toBe(200);
      expect(await ask(`{ user(by: { id: "${from}" }) { id } users(filter: { level: READER }, first: 1) { nodes { id } } }`)).toMatchObject({
        data: { user: { id: from }, users: { nodes: [{}] } },
      });
    }
    expect(done).toEqual([]);
  }
  const [merged, acknowledged, refused] = await Promise.all(decided);
  expect(merged).toMatchObject({
    data: {
      mergeUsers: {
        user: { retiredIds: [from] },
        event: { reason: 'one person', requestId: merged?.requestId, actor: { __typename: 'ServicePrincipal' } },
      },
    },
  });
  expect(acknowledged).toMatchObject({ data: { acknowledgeQuarantine: { userErrors: [] } } });
  expect(refused).toMatchObject({ data: { linkIdentity: { userErrors: [{ code: 'NOT_FOUND', field: ['identity'] }] } } });
});
