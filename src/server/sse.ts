import { setTimeout as sleep } from 'node:timers/promises';

/** So often something is sent, that nobody between takes the connection for dead. */
const pingEveryMs = 12_000;

const comment = ':\n\n';

/**
 * Results as server-sent events, by the protocol of `graphql-sse` (distinct connections mode): `next` for each, `complete` at the end.
 * @param results undefined where there is nothing to tell but that somebody listens.
 */
export async function* toEventStream(
  results: AsyncIterable<object | undefined>,
  ended: AbortController,
  pingMs = pingEveryMs,
): AsyncGenerator<string, void> {
  const iterator = results[Symbol.asyncIterator]();
  try {
    for (let next = iterator.next(); ;) {
      const result = await within(next, pingMs);
      if (result === undefined) {
        yield comment;
        continue;
      }
      if (result.done === true) break;
      yield result.value === undefined ? comment : `event: next\ndata: ${JSON.stringify(result.value)}\n\n`;
      next = iterator.next();
    }
    yield 'event: complete\ndata:\n\n';
  } finally {
    ended.abort();
    await iterator.return?.();
  }
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const timer = new AbortController();
  try {
    return await Promise.race([promise, sleep(ms, undefined, { signal: timer.signal })]);
  } finally {
    timer.abort();
  }
}
