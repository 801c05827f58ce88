import type { LiveIdentity } from './adapter.ts';

/**
 * Accounts by id from a service that has no call for many: one look-up an id, so many at once. Ids that `lookUp` finds nobody by are left out. After a
 * failure no further one is begun.
 * @throws what the first look-up that failed threw.
 */
export async function lookUpEach(
  ids: Iterable<string>,
  atOnce: number,
  lookUp: (id: string) => Promise<LiveIdentity | undefined>,
): Promise<ReadonlyMap<string, LiveIdentity>> {
  const found = new Map<string, LiveIdentity>();
  const waiting = new Set(ids).values();
  let failed = false;
  const lookUpRest = async (): Promise<void> => {
    for (const id of waiting) {
      if (failed) return;
      try {
        const account = await lookUp(id);
        if (account !== undefined) found.set(id, account);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lookUpRest));
  return found;
}
