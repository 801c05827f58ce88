import { randomUUID } from 'node:crypto';
import { createDirectory } from '../../directory/directory.ts';
import type { LinkDesk } from '../../directory/link-desk.ts';
import type { Operator } from '../../directory/view.ts';
import { schema } from '../../graphql/schema.ts';
import { createEngine } from '../../server/engine.ts';
import { defaultLimits } from '../../server/limits.ts';
import { openStore } from '../../store/open.ts';
import { createLog } from '../common.ts';
import { exitCodes, UserError } from '../exit.ts';
import type { StorePlace } from './place.ts';
import type { Gateway } from './question.ts';
import { readReply } from './reply.ts';

// Only queries are put to it, and none reaches these.
const nobody = new Proxy({}, { get: () => () => Promise.reject(new Error('the store is open for reading only')) }) as Operator & LinkDesk;

/** Answers from a store itself, opened for reading beside whoever writes to it. @throws UserError when it cannot be opened. */
export async function openLocal({ store, managedDomains, order }: StorePlace): Promise<Gateway> {
  const from = `the store ${store.replace(/\/\/[^@/]*@/, '//…@')}`;
  const connection = await openStore(store, { readOnly: true }).catch((error: unknown) => {
    const cause = error instanceof Error ? error.message : String(error);
    throw new UserError(`${from} cannot be opened: ${cause}; \`rollcall sync\` fills it`, exitCodes.failed);
  });
  const engine = createEngine({
    schema,
    directory: createDirectory(connection, { now: Date.now, managedDomains, order }),
    operator: nobody,
    desk: nobody,
    limits: defaultLimits,
    log: createLog('error'),
  });
  return {
    async ask(question, variables) {
      const { result } = await engine.answer(
        { query: question.document, variables: { ...variables } as Readonly<Record<string, unknown>>, operationName: undefined },
        { requestId: randomUUID(), signal: new AbortController().signal, readOnly: true },
      );
      return readReply(question, JSON.parse(JSON.stringify(result)), from);
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };
}
