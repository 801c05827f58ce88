import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createBrotliDecompress, createGunzip, createZstdDecompress } from 'node:zlib';

/** The body is larger than allowed, or in a coding that cannot be read. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
}

const decoders: ReadonlyMap<string, () => Transform> = new Map([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['br', createBrotliDecompress],
  // RFC 8878 §3.1.1.1.2 recommends windows up to 8 MB; zlib would grant 128 MB to a hostile frame.
  ['zstd', () => createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 23 } })],
]);

export interface BodyOptions {
  readonly encoding: string | undefined;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** Called for each piece that arrives. */
  readonly onPiece: () => void;
}

/** Reads a body and decodes it, no further than `maxBytes` of decoded size. @throws BodyError, or what the stream throws */
export async function readBody(body: Readable, { encoding = '', maxBytes, signal, onPiece }: BodyOptions): Promise<Buffer> {
  const coding = encoding.trim().toLowerCase();
  const createDecoder = decoders.get(coding);
  if (createDecoder === undefined && coding !== '' && coding !== 'identity') throw new BodyError('is in a content coding that was not asked for');

  let arrived = 0;
  const pieces: Buffer[] = [];
  let size = 0;
  async function* watch(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of source) {
      arrived += piece.length;
      onPiece();
      yield piece;
    }
  }
  async function collect(source: AsyncIterable<Buffer>): Promise<void> {
    for await (const piece of source) {
      size += piece.length;
      if (size > maxBytes) throw new BodyError(`is larger than ${maxBytes} bytes`);
      pieces.push(piece);
    }
  }
  if (createDecoder === undefined) await pipeline(body, watch, collect, { signal });
  else {
    await pipeline(body, watch, createDecoder(), collect, { signal }).catch((error: unknown) => {
      // no body at all: some servers name a coding on empty answers
      if (arrived === 0 && isCodingError(error)) return;
      throw error;
    });
  }
  return Buffer.concat(pieces, size);
}

/** Whether a decoder, not the connection, gave up: `Z_DATA_ERROR`, `ERR_BROTLI…`, `ZSTD_error_…`. */
export function isCodingError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(?:Z_|ZSTD_|ERR__ERROR|ERR_BROTLI|ERR_PADDING)/.test(code);
}
