import { AdapterError } from '../contract/errors.ts';

/** How long something may take: one signal, whose reason is always the AdapterError that ended it. */
export interface Lifetime extends Disposable {
  readonly signal: AbortSignal;
  end(error: AdapterError): void;
  /** Ends it after so many milliseconds without `restart`, unless stopped. */
  endAfter(ms: number, toError: () => AdapterError): { readonly restart: () => void; readonly stop: () => void };
}

/** Ends with any of the parents; a parent that has no AdapterError as reason reads as ABORTED. */
export function createLifetime(parents: readonly AbortSignal[], label: string): Lifetime {
  const controller = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  const follow = (): void => {
    const reason: unknown = parents.find(({ aborted }) => aborted)?.reason;
    controller.abort(reason instanceof AdapterError ? reason : new AdapterError('ABORTED', `${label}: aborted by the caller`));
  };
  for (const parent of parents) parent.addEventListener('abort', follow, { once: true });
  if (parents.some(({ aborted }) => aborted)) follow();
  return {
    signal: controller.signal,
    end: (error) => controller.abort(error),
    endAfter(ms, toError) {
      const timer = setTimeout(() => controller.abort(toError()), ms);
      timers.push(timer);
      return { restart: () => void timer.refresh(), stop: () => clearTimeout(timer) };
    },
    [Symbol.dispose]() {
      for (const timer of timers) clearTimeout(timer);
      for (const parent of parents) parent.removeEventListener('abort', follow);
    },
  };
}
