import { foldCase } from './fold-case.ts';

/** A value of the query language: between the quotes only a quote and a backslash mean anything, and a backslash takes the meaning away. */
export const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

export const isOneOf = (attribute: string, values: readonly string[]): string => `${attribute} in (${values.map(quote).join(', ')})`;

/**
 * Finds at least the users with this address. Whether `in` looks at case is not documented, so `like` asks once more, unless the address
 * holds what would make it a pattern of something else.
 */
export function hasAddress(address: string): string {
  const exact = isOneOf('email', [...new Set([address, foldCase(address)])]);
  return /[%\\]/.test(address) ? exact : `${exact} or email like ${quote(address)}`;
}
