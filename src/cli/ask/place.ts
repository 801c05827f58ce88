import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { interpolate } from '../../config/secrets.ts';
import { configFile } from '../../config/schema.ts';
import { UserError } from '../exit.ts';

/** What reading a store takes. */
export interface StorePlace {
  /** A folder, absolute, or a `postgres://` address. */
  readonly store: string;
  readonly managedDomains: readonly string[];
  /** Names of the services, in the order of the configuration. */
  readonly order: readonly string[];
}

export interface PlaceOptions {
  /** Wins over the configuration's. */
  readonly store: string | undefined;
  readonly config: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const services = z.array(z.looseObject({ name: z.string() }));

/** Where the store is. Of the configuration only this is read: whoever asks needs no token of any service. @throws UserError */
export function findStore({ store, config, environment }: PlaceOptions): StorePlace {
  if (!existsSync(config)) {
    if (store === undefined) {
      throw new UserError(`there is no ${config}: name a configuration with --config, a store with --store, or a running server with --url`);
    }
    return { store: located('.', store), managedDomains: [], order: [] };
  }
  const { store: storeSchema, managedDomains } = configFile.shape;
  const { services: listed, ...top } = z.looseObject({}).catch({}).parse(parsedYaml(config));
  const folder = dirname(resolve(config));
  const { value, problems } = interpolate({ store: store ?? top['store'], managedDomains: top['managedDomains'] }, environment, folder);
  const [problem] = problems;
  if (problem !== undefined) throw new UserError(`${config}: ${problem.path.join('.')}: ${problem.cause}: ${problem.fix}`);
  const read = z.object({ store: storeSchema, managedDomains }).safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new UserError(`${config}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'cannot be read'}`);
  }
  return {
    store: located(store === undefined ? folder : '.', read.data.store),
    managedDomains: read.data.managedDomains,
    order: services
      .catch([])
      .parse(listed)
      .map(({ name }) => name),
  };
}

function parsedYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`);
  }
}

const located = (folder: string, store: string): string => (/^postgres(ql)?:/.test(store) ? store : resolve(folder, store));
