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
