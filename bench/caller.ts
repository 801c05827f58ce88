import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const headEnd = Buffer.from('\r\n\r\n');
const lastChunk = Buffer.from('\r\n0\r\n\r\n');

/**
 * One connection that asks one question after the other. No client library: on a machine with two processors, one would take as long for a small
 * question as the server does, and be what is measured.
 */
export class Caller {
  readonly #socket: Socket;
  readonly #head: string;
  #answered: PromiseWithResolvers<Buffer> | undefined;
  #chunks: Buffer[] = [];
  #size = 0;
  #expected: number | undefined;

  private constructor(socket: Socket, { host, pathname }: URL) {
    this.#socket = socket;
    this.#head = `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\naccept: application/json\r\ncontent-type: application/json\r\ncontent-length: `;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('close', () => this.#answered?.reject(new Error('the server closed the connection')));
    socket.on('error', (error) => this.#answered?.reject(error));
  }

  static async open(url: string): Promise<Caller> {
    const target = new URL(url);
    const socket = connect(Number(target.port), target.hostname);
    await once(socket, 'connect');
    return new Caller(socket, target);
  }

  /** @throws for everything but data. */
  async ask(body: string): Promise<void> {
    this.#answered = Promise.withResolvers();
    this.#socket.write(`${this.#head}${Buffer.byteLength(body)}\r\n\r\n${body}`);
    const answer = await this.#answered.promise;
    if (answer.toString('latin1', 9, 12) !== '200' || !answer.includes('{"data":') || answer.includes('"errors":[{')) {
      throw new Error(answer.toString('utf8', 0, 1000));
    }
  }

  close(): void {
    this.#answered = undefined;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    this.#expected ??= this.#expectedSize();
    const isWhole = this.#expected === undefined ? chunk.subarray(-lastChunk.length).equals(lastChunk) : this.#size >= this.#expected;
    if (!isWhole) return;
    const answer = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#size = 0;
    this.#expected = undefined;
    this.#answered?.resolve(answer);
  }

  /** Undefined when the answer comes in chunks. */
  #expectedSize(): number | undefined {
    const [first] = this.#chunks;
    const end = first?.indexOf(headEnd) ?? -1;
    if (first === undefined || end === -1) return undefined;
    const length = /content-length: (\d+)/i.exec(first.toString('latin1', 0, end))?.[1];
    return length === undefined ? undefined : end + headEnd.length + Number(length);
  }
}
