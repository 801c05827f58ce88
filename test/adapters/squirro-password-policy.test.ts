import { expect, test } from 'vitest';
import { account, failureOf, respond, signal, start, tenant } from './squirro-harness.ts';

const path = /\/password_policy$/;
const cluster = tenant({ accounts: [account('u1', { role: 'admin' })] });
const policyOf = async (body: object | string, status = 200) => {
  const { adapter, server } = await start(cluster);
  server.play([respond(path, status, body)]);
  return adapter.passwordPolicy?.(signal);
};

test('the policy is read in the words of the cluster', async () => {
  const { adapter, server } = await start(cluster);
  expect(await adapter.passwordPolicy?.(signal)).toEqual({
    minLength: 10,
    rules: ['min_length: 10', 'require_digit: true', 'require_upper_case: true'],
    raw: { min_length: 10, require_digit: true, require_upper_case: true },
  });
  expect(server.calls.at(-1)?.path).toBe('/api/user/v0/acme/password_policy');
});

test.each(['minimum_length', 'minPasswordLength', 'min_password_length'])('%s is a least length', async (key) => {
  expect(await policyOf({ [key]: 12 })).toMatchObject({ minLength: 12 });
});

test('keys that say something else are rules alone, and texts are left out', async () => {
  expect(await policyOf({ min_letters: 2, contact: 'https://calendar.example/secret', also: { token: 'secret' } })).toEqual({
    rules: ['min_letters: 2'],
    raw: { min_letters: 2 },
  });
});

test('a cluster that does not tell has no policy', async () => {
  expect(await policyOf({ error: 'Not Found' }, 404)).toBeUndefined();
  expect(await policyOf({ error: 'Forbidden' }, 403)).toBeUndefined();
  expect(await policyOf(['a list'])).toBeUndefined();
});

test('a failure is no answer', async () => {
  const { adapter, server } = await start(cluster);
  server.play([
    { name: 'down', match: { path, times: Infinity }, effect: { respond: { status: 429, headers: { 'retry-after': '7200' }, body: 'no' } } },
  ]);
  expect(await failureOf(adapter.passwordPolicy?.(signal) ?? Promise.resolve())).toMatchObject({ code: 'RATE_LIMITED' });
});
