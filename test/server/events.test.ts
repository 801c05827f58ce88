import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { toEventStream } from '../../src/server/sse.ts';
import { grant, of } from '../store/fixture.ts';
import { ann, ben, small, startFilled, type Bench } from '../graphql/support.ts';
import { post } from './support.ts';

const query = 'subscription ($filter: GrantFilter) { accessChanged(filter: $filter) { operation targets after service { displayName } } }';

interface Told {
  readonly event: string;
  readonly data:
    | {
        readonly data?: { readonly accessChanged: { readonly operation: string; readonly targets: readonly string[] } };
        readonly errors?: readonly { readonly message: string }[];
      }
    | undefined;
}

interface Listening extends Bench {
  readonly url: string;
}

async function startListening(): Promise<Listening> {
  const bench = await startFilled(small);
  return { ...bench, ...(await bench.server.listen('127.0.0.1', 0)) };
}

async function* listen({ url }: Listening, body: object, signal?: AbortSignal): AsyncGenerator<Told | 'open', void> {
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
  const response = await fetch(`${url}/graphql`, { method: 'POST', body: JSON.stringify(body), headers, ...(signal && { signal }) });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  let text = '';
  for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = new Map(
        text
          .slice(0, end)
          .split('\n')
          .map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
      );
      text = text.slice(end + 2);
      const data = lines.get('data') ?? '';
      yield lines.has('event') ? { event: lines.get('event') ?? '', data: data === '' ? undefined : (JSON.parse(data) as Told['data']) } : 'open';
    }
  }
}

const holds = (externalId: string) => ({ kind: 'identity', externalId }) as const;

test('a subscriber is told of what a seal and a decision change, and of the end when the server closes', async () => {
  await using bench = await startListening();
  const told = listen(bench, { query });
  expect((await told.next()).value).toBe('open');
  await bench.seal({ records: of('chat', grant('new-1', holds('U2'), { level: 'OWNER' })) });
  await bench.ask(`mutation { mergeUsers(into: "${ann}", from: ["${ben}"]) { event { id } } }`);
  const events: (string | undefined)[] = [];
  for (let n = 0; n < 2; n += 1) {
    const next = (await told.next()).value as Told;
    events.push(next.data?.data?.accessChanged.operation);
  }
  expect(events).toEqual(['grant.added', 'mergeUsers']);
  const closed = bench.server.close();
  expect(await told.next()).toMatchObject({ value: { event: 'complete' } });
  expect((await told.next()).done).toBe(true);
  await closed;
});

test('a filter by person and level leaves out what does not concern them', async () => {
  await using bench = await startListening();
  const told = listen(bench, { query, variables: { filter: { user: ben, minLevel: 'ADMIN' } } });
  await told.next();
  await bench.seal({
    records: of(
      'chat',
      grant('n1', holds('U1'), { level: 'OWNER' }),
      grant('n2', holds('U2'), { level: 'READER' }),
      grant('n3', holds('U2'), { level: 'OWNER' }),
    ),
  });
  const next = (await told.next()).value as Told;
  expect(next.data?.data?.accessChanged).toMatchObject({
    operation: 'grant.added',
    after: { externalId: 'n3' },
    service: { displayName: 'Acme Slack' },
  });
  await told.return();
});

test('however many changes come at once, none is left out', async () => {
  await using bench = await startListening();
  const told = listen(bench, { query });
  await told.next();
  const ids = Array.from({ length: 250 }, (_, n) => `many-${String(n).padStart(3, '0')}`);
  await bench.seal({ records: of('chat', ...ids.map((id) => grant(id, holds('U2')))) });
  const seen: unknown[] = [];
  while (seen.length < ids.length) {
    const { data } = (await told.next()).value as Told;
    seen.push((data?.data?.accessChanged as { after?: { externalId: string } } | undefined)?.after?.externalId);
  }
  expect(seen).toEqual(ids);
  await told.return();
});

test('what is wrong with an operation is told as its one result', async () => {
  await using bench = await startListening();
  for (const [body, message] of [
    [{ query: 'subscription { nothing }' }, 'Cannot query field'],
    [{ query, variables: { filter: { asOf: '2026-01-01T00:00:00Z' } } }, 'filter.asOf'],
    [{ query: 'subscription {' }, 'Syntax Error'],
  ] as const) {
    const told: (Told | 'open')[] = [];
    for await (const each of listen(bench, body)) told.push(each);
    expect(told).toMatchObject([{ event: 'next' }, { event: 'complete' }]);
    expect(JSON.stringify(told[0])).toContain(message);
  }
});

test('a query can be answered as an event, too', async () => {
  await using bench = await startListening();
  const told: (Told | 'open')[] = [];
  for await (const each of listen(bench, { query: '{ services { displayName } }' })) told.push(each);
  expect(told).toMatchObject([{ event: 'next', data: { data: { services: [{ displayName: 'Acme Slack' }, {}, {}, {}] } } }, { event: 'complete' }]);
});

test('one answer cannot tell a subscription: the refusal says what to accept', async () => {
  await using bench = await startListening();
  const reply = await post(bench.server, { query });
  expect(reply.status).toBe(406);
  expect(reply.body.errors?.[0]?.message).toContain('text/event-stream');
});

test('a stream says that it is alive, and ends its source when nobody reads on', async () => {
  const ended = new AbortController();
  let closed = false;
  async function* quiet(): AsyncGenerator<object, void> {
    try {
      await sleep(60_000, undefined, { signal: ended.signal }).catch(() => undefined);
      yield {};
    } finally {
      closed = true;
    }
  }
  const stream = toEventStream(quiet(), ended, 5);
  expect([(await stream.next()).value, (await stream.next()).value, (await stream.next()).value]).toEqual([':\n\n', ':\n\n', ':\n\n']);
  await stream.return();
  expect([ended.signal.aborted, closed]).toEqual([true, true]);
});
