import type { AdapterDefinition } from '../src/contract/adapter.ts';
import { ftrack } from './ftrack/index.ts';
import { pagerduty } from './pagerduty/index.ts';
import { segment } from './segment/index.ts';
import { slack } from './slack/index.ts';
import { squirro } from './squirro/index.ts';
import { sym } from './sym/index.ts';
import { waii } from './waii/index.ts';

/** Every kind of service that Rollcall reads, one line each. */
export const adapters: ReadonlyMap<string, AdapterDefinition> = byType([sym, slack, pagerduty, squirro, ftrack, waii, segment]);

function byType(definitions: readonly AdapterDefinition[]): ReadonlyMap<string, AdapterDefinition> {
  return new Map(definitions.map((definition) => [definition.type, definition]));
}
