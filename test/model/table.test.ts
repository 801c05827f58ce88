import { describe, expect, test } from 'vitest';
import { serviceNames } from '../../src/sandbox/company/services.ts';
import { shareCompany } from './company.ts';
import { table } from './table.ts';

const house = shareCompany(120);

describe.each(table)('$notion', ({ cells }) => {
  const found = Object.entries(cells).map(([type, cell]) => ({ type, words: cell.words, cell }));

  test.each(found)('$type: $words', async ({ type, cell }) => {
    const instances = house().company.instances.filter((instance) => instance.type === type && cell.of?.(instance) !== false);
    expect(instances).not.toHaveLength(0);
    for (const instance of instances) {
      const { seen, expected } = await cell.look(house(), instance);
      expect(seen, instance.serviceId).toEqual(expected);
      expect(expected, `${instance.serviceId} shows nothing of it`).not.toHaveLength(0);
    }
  });
});

test('every service has cells, and no cell is of a service that is not there', () => {
  const types = new Set(serviceNames.map((name) => house().instance(name).type));
  for (const { cells } of table) expect(types).toEqual(new Set([...types, ...Object.keys(cells)]));
  const counts = [...types].map((type) => table.filter(({ cells }) => cells[type] !== undefined).length);
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(5);
});
