/**
 * A plain value as JSON in UTF-8, byte for byte what `JSON.stringify` and an encoder make of it. Long lists near the root are written element by element:
 * one letter beyond Latin-1 makes a whole text take two bytes a letter, and a text beyond some 16 KiB is put together from parts and copied once
 * more. An answer about a hundred people takes half the time so.
 */
export type ToJsonBytes = (value: object) => Buffer<ArrayBuffer>;

/** Keeps room to write in from answer to answer. */
export function createToJsonBytes(): ToJsonBytes {
  let room = Buffer.allocUnsafeSlow(leastKept);
  return (value) => {
    if (!holdsLongList(value, levels)) return Buffer.from(JSON.stringify(value));
    let bytes = 0;
    write(value, levels, (text) => {
      // A UTF-16 unit takes at most three bytes.
      const most = bytes + text.length * 3;
      if (most > room.length) {
        const larger = Buffer.allocUnsafeSlow(most * 2);
        room.copy(larger, 0, 0, bytes);
        room = larger;
      }
      bytes += room.write(text, bytes);
    });
    const json = Buffer.from(room.subarray(0, bytes));
    if (room.length > mostKept) room = Buffer.allocUnsafeSlow(leastKept);
    return json;
  };
}

const long = 8;
/** How far from the root lists are looked for: `data`, a field, a connection, its rows. */
const levels = 4;
const leastKept = 256 * 1024;
const mostKept = 4 * 1024 * 1024;

type Put = (text: string) => void;

function write(value: object, below: number, put: Put): void {
  if (Array.isArray(value)) writeEach(value, put);
  else writeMembers(value, below, put);
}

function writeEach(list: readonly unknown[], put: Put): void {
  put('[');
  for (let index = 0; index < list.length; index += 1) {
    if (index > 0) put(',');
    put(textOf(list[index]) ?? 'null');
  }
  put(']');
}

function writeMembers(value: object, below: number, put: Put): void {
  let mark = '{';
  for (const [name, member] of Object.entries(value)) {
    const isPieced = holdsLongList(member, below - 1);
    const text = isPieced ? undefined : textOf(member);
    if (!isPieced && text === undefined) continue;
    put(`${mark}${JSON.stringify(name)}:${text ?? ''}`);
    if (isPieced) write(member, below - 1, put);
    mark = ',';
  }
  put('}');
}

/** Undefined for what JSON leaves out. */
const textOf = (value: unknown): string | undefined => JSON.stringify(value);

function holdsLongList(value: unknown, below: number): value is object {
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return false;
  if (Array.isArray(value)) return value.length >= long;
  return below > 0 && Object.values(value).some((member) => holdsLongList(member, below - 1));
}
