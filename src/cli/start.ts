import { isIP } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import closeWithGrace from 'close-with-grace';
import type { Logger } from 'pino';
import { adapters } from '../../adapters/index.ts';
import type { Config } from '../config/config.ts';
import { environment, portOverride } from '../config/environment.ts';
import { readConfig } from '../config/read.ts';
import { createServer } from '../server/server.ts';
import type { SyncEvent } from '../sync/scheduler.ts';
import { createLog, openStoreOrExplain, tellWarnings } from './common.ts';
import type { Example } from './examples.ts';
import { createOperator } from './operator.ts';
import { exitCodes, UserError } from './exit.ts';
import { createRuntime, type Runtime } from './runtime.ts';
import { describeSeal } from './describe.ts';

const drainMs = 10_000;

export async function start(file: string): Promise<number> {
  const config = readConfig(file, { adapters, environment });
  tellWarnings(config);
  const address = listenAddress(config);
  const log = createLog();
  const runtime = await openStoreOrExplain(config, () => createRuntime(config, { serves: true, onEvent: (event) => logEvent(log, event) }));
  const { services } = await runtime.directory.open();
  // A service that is new here is first known to the thread that reads it.
  if (config.services.some(({ name }) => !services.some((known) => known.name === name))) await runtime.sync.ready();
  const server = await serve(runtime, address, [], log);
  console.log(`Rollcall answers at ${server.url}/graphql`);
  await runtime.sync.start();
  return untilStopped([server.close, runtime.close]);
}

export interface Serving {
  readonly url: string;
  close(): Promise<void>;
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Where to listen: the configuration's word, with `PORT` winning. @throws UserError for an address that may not be listened on. */
export function listenAddress({ listen: { host, port } }: Config): ListenAddress {
  if (!isLoopback(host))
    throw new UserError(`listen.host is ${host}, but no keys are configured: only 127.0.0.1, ::1 or localhost may be listened on`);
  try {
    return { host, port: portOverride() ?? port };
  } catch (error) {
    throw error instanceof RangeError ? new UserError(error.message) : error;
  }
}

/** Puts the API on its address. Ready once every answer stands on something: data from an earlier run, or the first seal. Closes `runtime` when it cannot. */
export async function serve(runtime: Runtime, { host, port }: ListenAddress, examples: readonly Example[], log: Logger): Promise<Serving> {
  // What is remembered lives long, and V8 would conclude that answers, which are made of the same, do too, and put them where only full collections look.
  setFlagsFromString('--no-allocation-site-pretenuring');
  const server = createServer({
    directory: runtime.directory,
    operator: createOperator(runtime),
    desk: runtime.sync,
    writeReport: runtime.writeReport,
    examples: () => examples,
    log,
    async ready() {
      const { services } = await runtime.directory.open();
      return {
        ready: services.some(({ coverage }) => coverage.asOf !== undefined),
        detail: services.map(({ name, coverage }) => ({ service: name, state: coverage.state })),
      };
    },
  });
  try {
    const { url } = await server.listen(host, port);
    return { url, close: () => server.close() };
  } catch (error) {
    await runtime.close();
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new UserError(`port ${port} is taken: set PORT, or listen.port in the configuration`, exitCodes.failed);
    }
    throw error;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Waits for a signal, then closes in order; a second signal, or the time limit, ends at once. */
export async function untilStopped(closers: readonly (() => Promise<void>)[]): Promise<number> {
  return new Promise((resolve) => {
    closeWithGrace({ delay: drainMs }, async ({ err }) => {
      for (const close of closers) await close();
      if (err !== undefined) console.error(err);
      resolve(err === undefined ? exitCodes.done : exitCodes.failed);
    });
  });
}

function logEvent(log: Logger, event: SyncEvent): void {
  if (event.kind === 'sealed') log.info({ service: event.service }, describeSeal(event));
  else if (event.kind === 'failed') {
    const { code, message } = event.failure;
    log.error({ service: event.service, code, nextAttemptInMs: event.nextAttemptInMs }, message);
  } else if (event.kind === 'busy') log.info({ service: event.service }, 'another process reads it');
  else log.info(event.result, 'linked');
}
