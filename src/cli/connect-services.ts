import { AsyncLocalStorage } from 'node:async_hooks';
import type { ConfiguredService } from '../config/config.ts';
import type { Adapter } from '../contract/adapter.ts';
import { AdapterError } from '../contract/errors.ts';
import type { Http } from '../contract/http.ts';
import { createTransport, type Transport } from '../http/transport.ts';
import type { RateBudget } from '../model/live.ts';

/** One configured service with its one adapter. */
export interface ConnectedService {
  readonly service: ConfiguredService;
  readonly adapter: Adapter;
  /** Undefined for a service that is read from files. */
  readonly transport: Transport | undefined;
  /** Whatever the adapter calls during this work is answered soon or fails, and goes before what a sync is waiting for. */
  soon<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Reads for a sync and reads for somebody who waits go through the same adapter: a token that it has renewed is good for both, where two adapters
 * would each spend the other's refresh token. Which temper a call has is told by the work that it is part of.
 */
export async function connectService(service: ConfiguredService): Promise<ConnectedService> {
  const { name, definition, settings } = service;
  const baseUrl = definition.baseUrl(settings);
  const transport = baseUrl === undefined ? undefined : createTransport({ service: name, baseUrl, manners: definition.manners });
  const waitedFor = new AsyncLocalStorage<true>();
  const http: Http =
    transport === undefined
      ? { request: () => Promise.reject(new AdapterError('MISCONFIGURED', `${name} reads files: it has no address to call`)) }
      : { request: (request) => (waitedFor.getStore() === true ? transport.live : transport.sync).request(request) };
  return { service, transport, adapter: await definition.create(settings, http), soon: (work) => waitedFor.run(true, work) };
}

/** What services told last of their quotas, by name. */
export const budgetsOf = (connected: readonly ConnectedService[]): ReadonlyMap<string, RateBudget> =>
  new Map(
    connected.flatMap(({ service, transport }) => {
      const told = transport?.state().rateLimit;
      return told === undefined ? [] : [[service.name, told] as const];
    }),
  );
