/** Names come from services: in a terminal they must neither move the cursor nor turn the line around. */
const unruly = /[\p{Cc}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]+/gu;

/** Text for one line of a terminal. */
export const plain = (text: string): string => text.toWellFormed().replaceAll(unruly, ' ').trim();

/** JSON that a terminal shows as it is; the value is the same. JSON.stringify escapes U+0000 to U+001F by itself. */
export const plainJson = (value: unknown, space?: number): string =>
  JSON.stringify(value, undefined, space).replaceAll(/[\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g, escaped);

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
