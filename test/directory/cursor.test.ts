import { assert, maxSafeInteger, nat, option, property, string } from 'fast-check';
import { expect, it } from 'vitest';
import { formatCursor, parseCursor, type PositionShape } from '../../src/directory/cursor.ts';
import { BadCursorError } from '../../src/directory/view.ts';

const shape: PositionShape = ['text', 'integer', 'integer or null', 'service'];
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

it('gives back any position that it was made of', () => {
  const text = string({ unit: 'grapheme' }).filter((each) => !each.includes('\0'));
  assert(
    property(text, text, maxSafeInteger(), option(maxSafeInteger()), nat(), (list, name, number, perhaps, svc) => {
      // -0 does not survive JSON, and no column holds it.
      const position = [name, number + 0, perhaps === null ? null : perhaps + 0, svc];
      expect(parseCursor(list, shape, formatCursor(list, position))).toEqual(position);
    }),
  );
});

it.each([
  ['another list', encode(['other', 'a', 1, 2, 3])],
  ['too few values', encode(['list', 'a', 1, 2])],
  ['too many values', encode(['list', 'a', 1, 2, 3, 4])],
  ['a number for a text', encode(['list', 1, 1, 2, 3])],
  ['a text for a number', encode(['list', 'a', '1', 2, 3])],
  ['null where none may be', encode(['list', 'a', null, 2, 3])],
  ['a fraction', encode(['list', 'a', 1.5, 2, 3])],
  ['more than an integer', encode(['list', 'a', 2 ** 53, 2, 3])],
  ['a service beyond its column', encode(['list', 'a', 1, 2, 2 ** 31])],
  ['an object', encode(['list', {}, 1, 2, 3])],
  ['no array', encode({ 0: 'list' })],
  ['a NUL', encode(['list', 'a\0', 1, 2, 3])],
  ['no JSON', Buffer.from('list').toString('base64url')],
  ['no base64url', `${encode(['list', 'a', 1, 2, 3])}=`],
  ['nothing', ''],
  ['too much', encode(['list', 'a'.repeat(20_000), 1, 2, 3])],
])('refuses %s', (_, cursor) => expect(() => parseCursor('list', shape, cursor)).toThrow(BadCursorError));

it('refuses whatever else a caller makes up', () => {
  assert(
    property(string(), (cursor) => {
      expect(() => parseCursor('list', shape, cursor)).toThrow(BadCursorError);
    }),
  );
});
