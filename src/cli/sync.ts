import { adapters } from '../../adapters/index.ts';
import { environment } from '../config/environment.ts';
import { nearest } from '../config/problems.ts';
import { readConfig } from '../config/read.ts';
import { exitCodes, UserError } from './exit.ts';
import { createRuntime } from './runtime.ts';
import { openStoreOrExplain, tellWarnings } from './common.ts';
import { describeOutcome } from './describe.ts';

/** Reads once. Fails when a service could not be read; the others are stored all the same. */
export async function sync(file: string, names: readonly string[]): Promise<number> {
  const config = readConfig(file, { adapters, environment });
  tellWarnings(config);
  const known = config.services.map(({ name }) => name);
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined) {
    const meant = nearest(stranger, known);
    throw new UserError(`no service is named "${stranger}"${meant === undefined ? `; known: ${known.join(', ')}` : `; did you mean "${meant}"?`}`);
  }
  const runtime = await openStoreOrExplain(config, () => createRuntime(config, { onProgress: progressLine }));
  try {
    const outcomes = await runtime.sync.once(names.length === 0 ? undefined : names);
    for (const [name, outcome] of outcomes) (outcome.kind === 'failed' ? console.error : console.log)(describeOutcome(name, outcome));
    const { users, identities, linked, cases } = await (await runtime.directory.open()).counts();
    console.log(`${users} people, ${identities} identities, ${linked} linked, ${cases} open cases`);
    return [...outcomes.values()].some(({ kind }) => kind === 'failed') ? exitCodes.failed : exitCodes.done;
  } finally {
    await runtime.close();
  }
}

function progressLine({ service, listing, pages, records }: { service: string; listing: string; pages: number; records: number }): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[2K${service} ${listing}: ${records} records, ${pages} pages\r`);
}
