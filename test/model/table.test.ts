import { describe, expect, test } from 'vitest';
import type { DemoInstance } from '../../src/contract/sandbox.ts';
import { serviceNames, type ServiceName } from '../../src/sandbox/company/services.ts';
import { shareCompany, waiiKeyHolder } from './company.ts';
import { credentialsCells, peopleCells, proofCells } from './table-accounts.ts';
import type { Cell, Row } from './table-row.ts';
import { groupCells, roleCells, scopedRoleCells } from './table-access.ts';
import { placeCells } from './table-places.ts';

/** The parts of the model by service: each cell says in the service's words what must be seen through GraphQL. A service without a cell has no such thing. */
const table: readonly Row[] = [...placeCells, ...peopleCells, ...roleCells, ...scopedRoleCells, ...groupCells, ...credentialsCells, ...proofCells];

const house = shareCompany(120);

describe.each(table)('$notion', ({ cells }) => {
  const found = serviceNames.flatMap((name) => {
    const type = name.split('-')[0] ?? '';
    const cell = cells[type];
    return cell === undefined ? [] : [{ name, words: cell.words, cell }];
  });

  test.each(found)('$name: $words', async ({ name, cell }) => {
    const instance = house().instance(name);
    if (cell.of?.(instance) === false) return;
    await judge(cell, name, instance);
  });
});

async function judge(cell: Cell, name: ServiceName, instance: DemoInstance): Promise<void> {
  const { seen, expected } = await cell.look(house(), instance);
  expect(seen, name).toEqual(expected);
  expect(expected, `${name} shows nothing of it`).not.toHaveLength(0);
}

test('every service has cells, and no cell is of a service that is not there', () => {
  const types = new Set(serviceNames.map((name) => name.split('-')[0]));
  for (const { cells } of table) for (const type of Object.keys(cells)) expect(types).toContain(type);
  const counts = [...types].map((type) => table.filter(({ cells }) => cells[type ?? ''] !== undefined).length);
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(5);
});

test('the company shows an own key of Waii', () => {
  const waii = house().instance('waii');
  expect(waii.credentials.some(({ account }) => account === waiiKeyHolder(waii).externalId)).toBe(true);
});
