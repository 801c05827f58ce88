import { expect, test } from 'vitest';
import type { LiveIdentity } from '../../src/contract/adapter.ts';
import { lookUpEach } from '../../src/contract/look-ups.ts';

const account = (externalId: string): LiveIdentity => ({
  identity: { kind: 'identity', externalId, accountKind: 'HUMAN', status: 'ACTIVE', emails: [], roles: [], declared: [], raw: {} },
  alongside: [],
});

test('every id is looked up once, so many at once, and nobody is left out', async () => {
  const ids = Array.from({ length: 20 }, (_, at) => `U${at}`);
  const asked: string[] = [];
  let [running, most] = [0, 0];
  const found = await lookUpEach([...ids, ...ids], 3, async (id) => {
    asked.push(id);
    most = Math.max(most, (running += 1));
    await Promise.resolve();
    running -= 1;
    return id === 'U7' ? undefined : account(id);
  });
  expect(asked).toEqual(ids);
  expect(most).toBe(3);
  expect([...found.keys()]).toEqual(ids.filter((id) => id !== 'U7'));
  expect(found.get('U3')).toEqual(account('U3'));
});

test('after a failure no further look-up is begun', async () => {
  const asked: string[] = [];
  const all = lookUpEach(['U1', 'U2', 'U3', 'U4', 'U5'], 2, async (id) => {
    asked.push(id);
    await Promise.resolve();
    if (id === 'U1') throw new Error('refused');
    return account(id);
  });
  await expect(all).rejects.toThrow('refused');
  expect(asked).toEqual(['U1', 'U2']);
});
