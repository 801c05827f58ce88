import { assert, maxSafeInteger, option, property, string } from 'fast-check';
import { expect, it } from 'vitest';
import { formatCursor, parseCursor, type PositionShape } from '../../src/directory/cursor.ts';
import { BadCursorError } from '../../src/directory/view.ts';

const shape: PositionShape = ['text', 'integer', 'integer or null'];
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

it('gives back any position that it was made of', () => {
  const text = string({ unit: 'grapheme' }).filter((each) => !each.includes('\0'));
  assert(
    property(text, text, maxSafeInteger(), option(maxSafeInteger()), (list, name, number, perhaps) => {
      // -0 does not survive JSON, and no column holds it.
      const position = [name, number + 0, perhaps === null ? null : perhaps + 0];
      expect(parseCursor(list, shape, formatCursor(list, position))).toEqual(position);
    }),
  );
});

it.each([
  ['another list', encode(['other', 'a', 1, 2])],
  ['too few values', encode(['list', 'a', 1])],
  ['too many values', encode(['list', 'a', 1, 2, 3])],
  ['a number for a text', encode(['list', 1, 1, 2])],
  ['a text for a number', encode(['list', 'a', '1', 2])],
  ['null where none may be', encode(['list', 'a', null, 2])],
  ['a fraction', encode(['list', 'a', 1.5, 2])],
  ['more than an integer', encode(['list', 'a', 2 ** 53, 2])],
  ['an object', encode(['list', {}, 1, 2])],
  ['no array', encode({ 0: 'list' })],
  ['a NUL', encode(['list', 'a\0', 1, 2])],
  ['no JSON', Buffer.from('list').toString('base64url')],
  ['no base64url', `${encode(['list', 'a', 1, 2])}=`],
  ['nothing', ''],
  ['too much', encode(['list', 'a'.repeat(20_000), 1, 2])],
])('refuses %s', (_, cursor) => expect(() => parseCursor('list', shape, cursor)).toThrow(BadCursorError));

it('refuses whatever else a caller makes up', () => {
  assert(
    property(string(), (cursor) => {
      expect(() => parseCursor('list', shape, cursor)).toThrow(BadCursorError);
    }),
  );
});
