import { beforeAll } from 'vitest';
import { createDirectory } from '../../src/directory/directory.ts';
import type { View } from '../../src/directory/view.ts';
import type { Slice, Window } from '../../src/model/views.ts';
import { emptyStore, fillStore, type Filling } from '../store/fixture.ts';
import type { TestStore } from '../store/engines.ts';

export const now = 1_800_000_000_000;
export const minute = 60_000;
/** The first of an ordered list of many. */
export const all: Window = { first: 100 };

export const openView = ({ connection }: TestStore): Promise<View> =>
  createDirectory(connection, { now: () => now, managedDomains: ['acme.example', 'acme.test'] }).open();

/** Fills an emptied store before the tests of the block. */
export function filled(store: () => TestStore, ...fillings: readonly Filling[]): { view(): View; svc(name: string): number } {
  let opened: { readonly view: View; svc(name: string): number } | undefined;
  beforeAll(async () => {
    const { connection } = store();
    await emptyStore(connection);
    let svc: ((name: string) => number) | undefined;
    for (const filling of fillings) ({ svc } = await fillStore(connection, filling));
    if (svc !== undefined) opened = { view: await openView(store()), svc };
  });
  const ready = () => {
    if (opened === undefined) throw new Error('nothing was filled in');
    return opened;
  };
  return { view: () => ready().view, svc: (name) => ready().svc(name) };
}

/** All nodes of a list, page by page. */
export async function walk<T>(first: number, read: (window: Window) => Promise<Slice<T> | undefined>): Promise<readonly T[]> {
  const nodes: T[] = [];
  let after: string | undefined;
  for (;;) {
    const slice = await read({ first, after });
    nodes.push(...(slice?.edges ?? []).map(({ node }) => node));
    after = slice?.edges.at(-1)?.cursor;
    if (slice?.hasNext !== true) return nodes;
  }
}

export const keysOf = (nodes: readonly { readonly key: string }[] | undefined): readonly string[] | undefined => nodes?.map(({ key }) => key);
export const sliceKeys = (slice: Slice<{ readonly key: string }> | undefined): readonly string[] | undefined =>
  slice?.edges.map(({ node }) => node.key);
export const sliceIds = (slice: Slice<{ readonly id: string }>): readonly string[] => slice.edges.map(({ node }) => node.id);
