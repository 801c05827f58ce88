import type { AdapterDefinition, EmailTrust, LevelMap } from '../contract/adapter.ts';

/** One entry of `services`, read and checked. */
export interface ConfiguredService {
  readonly name: string;
  readonly type: string;
  readonly definition: AdapterDefinition;
  /** The adapter's own settings, secrets resolved. */
  readonly settings: unknown;
  readonly emailTrust: EmailTrust;
  readonly people: 'source' | 'match';
  readonly levels: LevelMap;
  readonly everyMs: number;
}

export interface Config {
  readonly listen: { readonly host: string; readonly port: number };
  /** A folder, absolute, or a postgres:// address. */
  readonly store: string;
  readonly managedDomains: readonly string[];
  readonly services: readonly ConfiguredService[];
  /** What works but should be mended; shown at the start. */
  readonly warnings: readonly string[];
  /** What it was read from; another thread reads it again, for adapters do not travel. */
  readonly source: { readonly text: string; readonly file: string };
}
