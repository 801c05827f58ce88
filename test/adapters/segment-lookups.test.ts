import { describe, expect, test } from 'vitest';
import { segment } from '../../adapters/segment/index.ts';
import { pagesOf, pathsOf, people, signal, start } from './segment-harness.ts';

describe('look-ups by id', () => {
  test('leave out the unknown, ask for each once, and equal the listing', async () => {
    await using running = await start(people('U1', 'U2'));
    const found = await running.adapter.getIdentities(['U2', 'U9', 'U1', 'U2', '', '.', '..', 'U1/groups', 'x'.repeat(300), '\ud800'], signal);
    expect([...found.keys()].toSorted()).toEqual(['U1', 'U2']);
    const [page] = await pagesOf(running.adapter, 'users');
    const own = page?.records.filter((record) => record.kind !== 'identity' || record.externalId === 'U1');
    expect([found.get('U1')?.identity, found.get('U1')?.alongside.find(({ kind }) => kind === 'grant')]).toEqual([own?.[0], own?.[1]]);
    expect(
      pathsOf(running.server.calls)
        .filter((path) => path.startsWith('/users/'))
        .toSorted(),
    ).toEqual(['/users/%EF%BF%BD', '/users/U1', '/users/U1%2Fgroups', '/users/U2', '/users/U9']);
  });

  test("never take another person's answer, and call an id that the service refuses unknown", async () => {
    await using running = await start(people('U1', 'U2'));
    const user = { id: 'U2', name: 'Person U2', email: 'u2@example.com', permissions: [] };
    running.server.play([
      { name: 'mixed up', match: { path: /U1$/ }, effect: { respond: { status: 200, body: { data: { user } } } } },
      {
        name: 'refused',
        match: { path: /U8$/ },
        effect: { respond: { status: 422, body: { errors: [{ type: 'input-validation', field: 'userId' }] } } },
      },
    ]);
    expect([...(await running.adapter.getIdentities(['U1', 'U8'], signal)).keys()]).toEqual([]);
  });

  test('cannot be made by address', async () => {
    await using running = await start(people('U1'));
    expect(running.adapter.findByEmail).toBeUndefined();
  });
});

describe('settings', () => {
  test('name what is wrong', () => {
    const wrong = segment.settings.safeParse({ baseUrl: 'ftp://x', credentials: { token: 'two words' }, workspace: 'acme' });
    expect(wrong.error?.issues.map(({ path }) => path.join('.')).toSorted()).toEqual(['', 'baseUrl', 'credentials.token']);
    expect(String(wrong.error)).not.toContain('two words');
  });

  test('need no more than a token', () => {
    const settings = segment.settings.parse({ credentials: { token: 'sgp_x' } });
    expect(segment.baseUrl(settings)).toBe('https://api.segmentapis.com');
  });
});
