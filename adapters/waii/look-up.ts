import type { LiveIdentity } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import { recordKey } from '../../src/contract/records.ts';
import type { Organization, WaiiClient } from './client.ts';
import { isForbidden, readableOrganizations } from './directory.ts';
import { toAccount, type Place } from './map.ts';
import type { WireUser } from './wire.ts';

/** From so many ids on, whole organizations are read instead of one user a call. */
const manyIds = 4;
/** Calls of one look-up: it leaves room in the queue for others. */
const callsAtOnce = 8;

interface Question {
  readonly of: Organization;
  /** Undefined: all of the organization. */
  readonly id: string | undefined;
}

/**
 * Accounts by id, out of every organization that the key sees: nothing tells in which of them an id lies. Answers about anybody else are dropped;
 * get-user-info is never asked, as it answers for the caller.
 */
export async function lookUp(
  client: WaiiClient,
  place: Place,
  externalIds: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, LiveIdentity>> {
  const wanted = new Set(externalIds);
  const found = new Map<string, LiveIdentity>();
  if (wanted.size === 0) return found;
  const { items } = await readableOrganizations(client, signal);
  const organizations: readonly Organization[] = items.length === 0 ? [undefined] : items.map(({ id }) => id).toSorted((a, b) => (a < b ? -1 : 1));
  const ids = wanted.size < manyIds ? [...wanted] : [undefined];
  const questions = organizations.flatMap((of) => ids.map((id): Question => ({ of, id })));
  const answers = await askAll(questions, ({ of, id }) => usersOf(client, of, id, signal));
  for (const [at, users] of answers.entries()) {
    for (const user of users) {
      const question = questions[at];
      if (!wanted.has(user.id) || question === undefined || (question.id !== undefined && question.id !== user.id)) continue;
      found.set(user.id, merged(found.get(user.id), toAccount(user, question.of, place)));
    }
  }
  return found;
}

/** An account of two organizations is one: the later word on itself, the grants of both. */
function merged(earlier: LiveIdentity | undefined, later: LiveIdentity): LiveIdentity {
  if (earlier === undefined) return later;
  const alongside = new Map([...earlier.alongside, ...later.alongside].map((record) => [`${record.kind} ${recordKey(record)}`, record]));
  return { identity: later.identity, alongside: [...alongside.values()] };
}

/** @throws AdapterError FORBIDDEN when none of them may be asked */
async function askAll(
  questions: readonly Question[],
  ask: (question: Question) => Promise<readonly WireUser[]>,
): Promise<readonly (readonly WireUser[])[]> {
  const answers: (readonly WireUser[])[] = questions.map(() => []);
  const refusals: AdapterError[] = [];
  const rest = questions.entries();
  async function askRest(): Promise<void> {
    for (const [at, question] of rest) {
      try {
        answers[at] = await ask(question);
      } catch (error) {
        if (!isForbidden(error)) throw error;
        refusals.push(error);
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(callsAtOnce, questions.length) }, askRest));
  const [refusal] = refusals;
  if (refusal !== undefined && refusals.length === questions.length) throw refusal;
  return answers;
}

async function usersOf(client: WaiiClient, of: Organization, id: string | undefined, signal: AbortSignal): Promise<readonly WireUser[]> {
  try {
    return (await client.users(of, id, signal)).items;
  } catch (error) {
    // How a server says that it has no such user, or no such organization any more.
    if (error instanceof AdapterError && error.code === 'NOT_FOUND') return [];
    throw error;
  }
}
