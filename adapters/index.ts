import type { AdapterDefinition } from '../src/contract/adapter.ts';
import type { CreateSandbox } from '../src/contract/sandbox.ts';
import { pagerduty } from './pagerduty/index.ts';
import { createPagerDutySandbox } from './pagerduty/sandbox.ts';
import { slack } from './slack/index.ts';
import { createSlackSandbox } from './slack/sandbox.ts';
import { sym } from './sym/index.ts';
import { createSymSandbox } from './sym/sandbox.ts';

/** Every kind of service that Rollcall reads, one line each. */
export const adapters: ReadonlyMap<string, AdapterDefinition> = byType([sym, slack, pagerduty]);

export const sandboxes: ReadonlyMap<string, CreateSandbox> = new Map([
  ['sym', createSymSandbox],
  ['slack', createSlackSandbox],
  ['pagerduty', createPagerDutySandbox],
]);

function byType(definitions: readonly AdapterDefinition[]): ReadonlyMap<string, AdapterDefinition> {
  return new Map(definitions.map((definition) => [definition.type, definition]));
}
