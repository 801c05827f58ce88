import { z } from 'zod';

const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() });

/** One page of a list, as the documents ask for it. */
export const pageOf = <Node>(node: z.ZodType<Node>) => z.object({ nodes: z.array(node), pageInfo });

export interface Page<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: z.infer<typeof pageInfo>;
}

/** All rows of a list, a page at a time: the next is asked for when the one before was taken. */
export async function* rowsOf<Node>(ask: (after: string | null) => Promise<Page<Node>>): AsyncGenerator<Node> {
  for (let after: string | null = null; ;) {
    const { nodes, pageInfo } = await ask(after);
    yield* nodes;
    if (!pageInfo.hasNextPage) return;
    after = pageInfo.endCursor;
  }
}

export async function collected<Node>(rows: AsyncIterable<Node>): Promise<readonly Node[]> {
  const all: Node[] = [];
  for await (const row of rows) all.push(row);
  return all;
}
