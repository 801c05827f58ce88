import { Kind, OperationTypeNode, type DocumentNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Log } from './errors.ts';

/** Compiles what is worth it. The compiler is loaded when something first is: nobody who starts waits for it. */
export function compiling(log: Log): Plugin {
  const load = async () => {
    const { useGraphQlJit } = await import('@envelop/graphql-jit');
    return useGraphQlJit({}, { onError: ({ errors }) => log.error({ errors }, 'a query could not be compiled') });
  };
  const sightings = new WeakMap<DocumentNode, number>();
  /** Compiling pays from the second time on. */
  function isWorthIt(document: DocumentNode): boolean {
    const seen = (sightings.get(document) ?? 0) + 1;
    sightings.set(document, seen);
    return seen >= 2 && canCompile(document);
  }
  let loading: ReturnType<typeof load> | undefined;
  let loaded: Awaited<ReturnType<typeof load>> | undefined;
  return {
    onExecute(payload) {
      if (!isWorthIt(payload.args.document)) return undefined;
      if (loaded !== undefined) return loaded.onExecute?.(payload);
      return (loading ??= load()).then((jit) => {
        loaded = jit;
        return jit.onExecute?.(payload);
      });
    },
  };
}

/**
 * Never a document with several operations: @envelop/graphql-jit 11.2 keeps one compiled operation a document and would answer a second one with the
 * first one's data; it does not know @defer and @stream either. Nor one with fragments: compiled, their fields come in another order than the
 * document's.
 */
function canCompile(document: DocumentNode): boolean {
  const operations = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  const [first] = operations;
  return (
    operations.length === 1 && first?.operation === OperationTypeNode.QUERY && !/\.\.\.|@(?:defer|stream)\b/.test(document.loc?.source.body ?? '...')
  );
}
