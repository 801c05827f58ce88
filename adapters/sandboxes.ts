import type { CreateSandbox } from '../src/contract/sandbox.ts';
import { createFtrackSandbox } from './ftrack/sandbox.ts';
import { createPagerDutySandbox } from './pagerduty/sandbox.ts';
import { createSegmentSandbox } from './segment/sandbox.ts';
import { createSlackSandbox } from './slack/sandbox.ts';
import { createSquirroSandbox } from './squirro/sandbox.ts';
import { createSymSandbox } from './sym/sandbox.ts';
import { createWaiiSandbox } from './waii/sandbox.ts';

/** A sandbox of every kind of service, one line each. Apart from the adapters: whoever reads real services does not load them. */
export const sandboxes: ReadonlyMap<string, CreateSandbox> = new Map([
  ['sym', createSymSandbox],
  ['slack', createSlackSandbox],
  ['pagerduty', createPagerDutySandbox],
  ['squirro', createSquirroSandbox],
  ['ftrack', createFtrackSandbox],
  ['waii', createWaiiSandbox],
  ['segment', createSegmentSandbox],
]);
