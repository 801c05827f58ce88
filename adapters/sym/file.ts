import { createReadStream, promises, type ReadStream } from 'node:fs';
import { AdapterError } from '../../src/contract/errors.ts';

/** A file that a setting names. */
export interface SourceFile {
  readonly path: string;
  /** The setting, for messages: `credentials.csv`. */
  readonly setting: string;
}

export interface OpenFile {
  readonly source: SourceFile;
  /** Another text whenever the file was replaced or written to. */
  readonly version: string;
  stillSame(): Promise<boolean>;
  /** The bytes from an offset on. */
  bytes(start: number): ReadStream;
}

/** Whatever the file system refuses while it is read becomes an AdapterError. */
export async function withFile<T>(source: SourceFile, signal: AbortSignal, use: (file: OpenFile) => Promise<T>): Promise<T> {
  try {
    signal.throwIfAborted();
    const version = await versionOf(source);
    return await use({
      source,
      version,
      stillSame: async () => (await versionOf(source)) === version,
      // not of one FileHandle: a stream that is left early closes the handle, `autoClose` or not
      bytes: (start) => createReadStream(source.path, { start, signal }),
    });
  } catch (error) {
    if (error instanceof AdapterError) throw error;
    if (signal.aborted) throw new AdapterError('ABORTED', `sym: ${source.setting}: given up while it was read`, { cause: error });
    if (error instanceof Error && 'syscall' in error && 'code' in error) throw unreadable(source, String(error.code), error);
    throw error;
  }
}

function unreadable({ setting }: SourceFile, reason: string, cause?: Error): AdapterError {
  return new AdapterError('MISCONFIGURED', `sym: ${setting}: the file cannot be read (${reason}); give the path of a readable file`, { cause });
}

async function versionOf(source: SourceFile): Promise<string> {
  const stats = await promises.stat(source.path);
  // opening a pipe would wait for its writer
  if (!stats.isFile()) throw unreadable(source, 'not a regular file');
  return `${stats.ino}-${stats.size}-${stats.mtimeMs}`;
}

interface Line {
  /** From 1. */
  readonly number: number;
  /** `undefined`: longer than a record may be, or not UTF-8. */
  readonly text: string | undefined;
}

/** The lines of a file without their ends and without blank ones; a byte order mark at its head is skipped. */
export async function* readLines(file: OpenFile, maxBytes: number): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let number = 0;
  let parts: Buffer[] = [];
  let length = 0;

  const take = (last: Buffer): Line => {
    const whole = Buffer.concat([...parts, last]);
    const tooLong = length + last.length > maxBytes;
    parts = [];
    length = 0;
    number += 1;
    if (tooLong) return { number, text: undefined };
    try {
      return { number, text: decoder.decode(whole).trim() };
    } catch {
      return { number, text: undefined };
    }
  };

  const chunks: AsyncIterable<Buffer> = file.bytes(0);
  for await (const chunk of chunks) {
    let rest = chunk;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      const line = take(rest.subarray(0, end));
      if (line.text !== '') yield line;
      rest = rest.subarray(end + 1);
    }
    length += rest.length;
    // of a line beyond the limit nothing more is kept than that it is one
    if (length <= maxBytes) parts.push(rest);
    else parts = [];
  }
  if (length > 0) {
    const line = take(Buffer.alloc(0));
    if (line.text !== '') yield line;
  }
}
