import type { AdapterDefinition } from '../src/contract/adapter.ts';
import type { CreateSandbox } from '../src/contract/sandbox.ts';
import { ftrack } from './ftrack/index.ts';
import { createFtrackSandbox } from './ftrack/sandbox.ts';
import { pagerduty } from './pagerduty/index.ts';
import { createPagerDutySandbox } from './pagerduty/sandbox.ts';
import { segment } from './segment/index.ts';
import { createSegmentSandbox } from './segment/sandbox.ts';
import { slack } from './slack/index.ts';
import { createSlackSandbox } from './slack/sandbox.ts';
import { squirro } from './squirro/index.ts';
import { createSquirroSandbox } from './squirro/sandbox.ts';
import { sym } from './sym/index.ts';
import { createSymSandbox } from './sym/sandbox.ts';
import { waii } from './waii/index.ts';
import { createWaiiSandbox } from './waii/sandbox.ts';

/** Every kind of service that Rollcall reads, one line each. */
export const adapters: ReadonlyMap<string, AdapterDefinition> = byType([sym, slack, pagerduty, squirro, ftrack, waii, segment]);

export const sandboxes: ReadonlyMap<string, CreateSandbox> = new Map([
  ['sym', createSymSandbox],
  ['slack', createSlackSandbox],
  ['pagerduty', createPagerDutySandbox],
  ['squirro', createSquirroSandbox],
  ['ftrack', createFtrackSandbox],
  ['waii', createWaiiSandbox],
  ['segment', createSegmentSandbox],
]);

function byType(definitions: readonly AdapterDefinition[]): ReadonlyMap<string, AdapterDefinition> {
  return new Map(definitions.map((definition) => [definition.type, definition]));
}
