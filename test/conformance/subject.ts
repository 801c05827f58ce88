import { adapters, sandboxes } from '../../adapters/index.ts';
import type { AdapterDefinition } from '../../src/contract/adapter.ts';
import type { CreateSandbox, DemoInstance } from '../../src/contract/sandbox.ts';
import { createCompany } from '../../src/sandbox/company.ts';

/** One adapter with the sandbox that it is tried against. */
export interface Subject {
  readonly type: string;
  readonly definition: AdapterDefinition;
  readonly createSandbox: CreateSandbox;
  readonly instance: DemoInstance;
}

// Large enough for three pages of accounts everywhere: the smallest service has a quarter of the people.
const people = 40;

/** Every adapter of the registry with the first instance of its type that the demo company has. */
export function findSubjects(): readonly Subject[] {
  const company = createCompany({ people });
  return [...adapters].map(([type, definition]) => {
    const createSandbox = sandboxes.get(type);
    if (createSandbox === undefined) throw new Error(`${type}: adapters/index.ts has no sandbox for it`);
    const instance = company.instances.find((candidate) => candidate.type === type);
    if (instance === undefined) throw new Error(`${type}: the demo company has no instance; see src/sandbox/company`);
    return { type, definition, createSandbox, instance };
  });
}

export function findSubject(type: string): Subject {
  const subject = findSubjects().find((one) => one.type === type);
  if (subject === undefined) throw new Error(`no adapter ${type}`);
  return subject;
}
