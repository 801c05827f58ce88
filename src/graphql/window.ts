import type { Window } from '../model/views.ts';
import { badInput } from './errors.ts';

export const defaultPageSize = 20;
export const maxPageSize = 100;

export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

export function toWindow({ first, after }: PageArgs): Window {
  const size = first ?? defaultPageSize;
  if (size < 1 || size > maxPageSize) throw badInput('first', `must be from 1 to ${maxPageSize}; page on with \`after\``);
  return { first: size, after: after ?? undefined };
}

/** Of a list that is at hand as a whole. */
export function toPathCount({ first }: Pick<PageArgs, 'first'>): number {
  return toWindow({ first }).first;
}
