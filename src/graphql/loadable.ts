import DataLoader from 'dataloader';
import type { View } from '../directory/view.ts';
import { parseKeyText, type RecordKey } from '../model/views.ts';
import type { Context } from './context.ts';

// Options of the dataloader plugin: what one operation asks for at the same time becomes one call of the view.

type Read<K, V> = (view: View, keys: readonly K[]) => Promise<ReadonlyMap<string, V>>;

/** For a loadable type: what the view knows under these texts, in their order. */
export function byText<V>(read: Read<string, V>) {
  return {
    load: async (texts: readonly string[], context: Context): Promise<(V | undefined)[]> => {
      const found = await read(await context.view(), texts);
      return texts.map((text) => found.get(text));
    },
  };
}

/** The same for records of services, whose texts are `keyText`. */
export const byKeyText = <V>(read: Read<RecordKey, V>) => byText<V>((view, texts) => read(view, texts.map(parseKeyText)));

/** Options of a loader. */
export interface Loadable<K, V> {
  readonly loaderOptions?: DataLoader.Options<K, V, string>;
  load(keys: readonly K[], context: Context): Promise<(V | Error)[]>;
}

/**
 * A loader for each operation, kept by the operation itself. The plugin's own way is a WeakMap from contexts: what such a map holds of an operation that
 * is over survives until a full garbage collection, and with it all that the operation made.
 */
export function loaderOf<K, V>({ load, loaderOptions }: Loadable<K, V>): (context: Context) => DataLoader<K, V, string> {
  const name = Symbol('loader');
  return (context) => {
    const known = context.loaders.get(name) as DataLoader<K, V, string> | undefined;
    if (known !== undefined) return known;
    const loader = new DataLoader<K, V, string>((keys) => load(keys, context), loaderOptions);
    context.loaders.set(name, loader);
    return loader;
  };
}

/** Has the plugin use such a loader for a loadable type. */
export function keptByOperation<R extends { getDataloader: unknown }, K, V>(ref: R, options: Loadable<K, V>): R {
  ref.getDataloader = loaderOf(options);
  return ref;
}

/** For a field without arguments whose answer is a list. */
export function listsBy<K, V>(text: (key: K) => string, read: Read<K, readonly V[]>) {
  return {
    loaderOptions: { cacheKeyFn: text },
    load: async (keys: readonly K[], context: Context): Promise<V[][]> => {
      const found = await read(await context.view(), keys);
      return keys.map((key) => [...(found.get(text(key)) ?? [])]);
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
 * For a field with arguments: one call for each set of arguments, under however many names the field is asked for. Arguments that the view refuses
 * fail for themselves alone.
 */
export function byArguments<K, A, V, N>(
  text: (of: K) => string,
  read: (view: View, keys: readonly K[], args: A) => Promise<ReadonlyMap<string, V>>,
  missing: N,
) {
  return {
    loaderOptions: { cacheKeyFn: ({ group, of }: Asked<K, A>) => `${group} ${text(of)}` },
    load: async (questions: readonly Asked<K, A>[], context: Context): Promise<(V | N | Error)[]> => {
      const view = await context.view();
      const answers = new Map<string, ReadonlyMap<string, V> | Error>();
      const readGroup = async (group: string, { args }: Asked<K, A>, members: readonly Asked<K, A>[]): Promise<void> => {
        const keys = members.map(({ of }) => of);
        answers.set(group, await read(view, keys, args).catch(toError));
      };
      const groups = Map.groupBy(questions, ({ group }) => group);
      await Promise.all([...groups].flatMap(([group, members]) => members.slice(0, 1).map((first) => readGroup(group, first, members))));
      return questions.map(({ group, of }) => {
        const answer = answers.get(group);
        return answer instanceof Error ? answer : (answer?.get(text(of)) ?? missing);
      });
    },
  };
}

function toError(error: unknown): Error {
  if (error instanceof Error) return error;
  throw error;
}
