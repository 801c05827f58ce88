import type { View } from '../directory/view.ts';
import type { Slice, ServiceView, Window } from '../model/views.ts';
import { toConnection, type Connection } from './connection.ts';
import type { Context } from './context.ts';

// Halves of `t.loadable` and `t.loadableList`: what is asked for at the same time becomes one call of the view.

/** Answers by key, in the order of the keys. */
export function byKey<K, V, N>(text: (key: K) => string, read: (view: View, keys: readonly K[]) => Promise<ReadonlyMap<string, V>>, missing: N) {
  return {
    loaderOptions: { cacheKeyFn: text },
    load: async (keys: readonly K[], context: Context): Promise<(V | N)[]> => {
      const found = await read(await context.view(), keys);
      return keys.map((key) => found.get(text(key)) ?? missing);
    },
  };
}

/** A parent, and the arguments of the field that asks. */
export interface Asked<K, A> {
  readonly of: K;
  readonly args: A;
  /** Equal for equal arguments. */
  readonly group: string;
}

export const asked = <K, A>(of: K, args: A): Asked<K, A> => ({ of, args, group: JSON.stringify(args) });

/**
 * The same for fields with arguments: one call for each set of arguments, however many names the field was asked under. Arguments that the view
 * refuses fail for themselves alone.
 */
export function byArguments<K, Q extends Asked<K, unknown>, V>(
  text: (of: K) => string,
  read: (view: View, keys: readonly K[], args: Q['args']) => Promise<ReadonlyMap<string, V>>,
) {
  return {
    loaderOptions: { cacheKeyFn: ({ group, of }: Q) => `${group} ${text(of)}` },
    load: async (questions: readonly Q[], context: Context): Promise<(V | undefined | Error)[]> => {
      const view = await context.view();
      const groups = Map.groupBy(questions, ({ group }) => group);
      const answers = new Map<string, ReadonlyMap<string, V> | Error>();
      await Promise.all(
        [...groups].map(async ([group, [first, ...others]]) => {
          if (first === undefined) return;
          const keys = [first, ...others].map(({ of }) => of);
          answers.set(group, await read(view, keys, first.args).catch(toError));
        }),
      );
      return questions.map(({ group, of }) => {
        const answer = answers.get(group);
        return answer instanceof Error ? answer : answer?.get(text(of));
      });
    },
  };
}

function toError(error: unknown): Error {
  if (error instanceof Error) return error;
  throw error;
}
