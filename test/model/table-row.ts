import type { DemoInstance } from '../../src/contract/sandbox.ts';
import type { House } from './house.ts';

export interface Cell {
  /** What the service has, in its words. */
  readonly words: string;
  /** Only instances that have it; all by default. */
  readonly of?: (instance: DemoInstance) => boolean;
  /** What GraphQL shows, and what the instance holds. */
  look(house: House, instance: DemoInstance): Promise<{ readonly seen: readonly unknown[]; readonly expected: readonly unknown[] }>;
}

export interface Row {
  readonly notion: string;
  readonly cells: Readonly<Record<string, Cell>>;
}

export const cell = (words: string, look: Cell['look'], of?: Cell['of']): Cell => ({ words, look, ...(of && { of }) });
