import { getNamedType, getNullableType, isCompositeType, isListType, type GraphQLOutputType } from 'graphql';
import { defaultPageSize, maxPageSize } from './window.ts';

/** Points are about the objects that an answer may hold; values of an object cost nothing. */
interface Cost {
  readonly field: number;
  readonly multiplier: number;
}

/** Lists without paging (roles of an account, e-mails of a person) are short. */
const shortList = 4;

/** For fields without a cost of their own. */
export function costOfField(_args: unknown, _context: unknown, field: { readonly type: GraphQLOutputType }): Cost {
  const composite = isCompositeType(getNamedType(field.type));
  return { field: composite ? 1 : 0, multiplier: isListType(getNullableType(field.type)) ? shortList : 1 };
}

/** What is at hand with its parent. */
export const free: Cost = { field: 0, multiplier: 1 };

/** A list whose length its parent has counted already: each row costs itself. */
export const row: Cost = { field: 1, multiplier: 1 };

interface Paging {
  readonly first?: number | null | undefined;
}

// Sizes out of range are refused by the resolver, which names the argument.
const clamp = (size: number): number => Math.min(Math.max(size, 1), maxPageSize);

/** A list at the root counts every row that it may return. */
export const rootPage = ({ first }: Paging): Cost => ({ field: 1, multiplier: clamp(first ?? defaultPageSize) });

export const keyed = (keys: number): Cost => ({ field: 1, multiplier: clamp(keys) });

/**
 * A list below another: a default page counts a quarter of its size, for few people have twenty groups; every row that is asked for beyond it
 * counts in full.
 */
export function nestedPage({ first }: Paging): Cost {
  const size = clamp(first ?? defaultPageSize);
  return { field: 1, multiplier: Math.min(size, defaultPageSize) / 4 + Math.max(size - defaultPageSize, 0) };
}
