import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDirectory } from '../../src/directory/directory.ts';
import type { ServiceView } from '../../src/model/views.ts';
import { fillStore } from '../store/fixture.ts';
import { openSqlite, type TestStore } from '../store/engines.ts';
import { minute, now } from './support.ts';

describe('services', () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await openSqlite();
    const issue = { code: 'SERVICE_UNREACHABLE', message: 'no answer', retryable: true };
    const { svc } = await fillStore(store.connection, {
      services: [
        {
          name: 'chat',
          type: 'slack',
          service_id: 'T1',
          display_name: 'Chat of Acme',
          sealed_as_of: now - minute,
          last_started_at: now - 2 * minute,
          next_at: now + minute,
          seen: 7,
          profile: {
            emailTrust: 'ALWAYS',
            people: 'source',
            managedDomains: ['acme.example'],
            listings: [
              { name: 'users', yields: ['identity', 'grant'] },
              { name: 'teams', yields: ['group'] },
            ],
            findByEmail: true,
          },
        },
        { name: 'bare', service_id: null },
        { name: 'failing', issue, lease_until: now + minute },
        { name: 'resting', sealed_as_of: now - 2 * minute, partial: 1, quarantined: 3, lease_until: now - 1 },
        { name: 'old', sealed_as_of: now - 61 * minute },
        { name: 'removed', configured: 0 },
      ],
    });
    for (const name of ['failing', 'resting']) {
      await store.connection.write
        .insertInto('sync_run')
        .values({ svc: svc(name), epoch: 1, started_at: 1, service_id: name, settings_hash: '' })
        .execute();
      for (const listing of ['users', 'teams']) {
        await store.connection.write
          .insertInto('sync_listing')
          .values({ svc: svc(name), listing, cursor: null, pages: 2, done: 0, announced: null, records: 150, issue: null })
          .execute();
      }
    }
  });
  afterAll(() => store.close());

  const services = async (order?: readonly string[]): Promise<readonly ServiceView[]> =>
    (await createDirectory(store.connection, { now: () => now, managedDomains: ['acme.test'], ...(order && { order }) }).open()).services;
  const service = async (name: string): Promise<ServiceView | undefined> => (await services()).find((each) => each.name === name);

  it('come in the order of the configuration, without those that it does not name any more', async () => {
    const names = (await services(['old', 'failing', 'gone', 'bare'])).map(({ name }) => name);
    expect(names).toEqual(['old', 'failing', 'bare', 'chat', 'resting']);
  });

  it('tell what they are and can do', async () => {
    const chat = await service('chat');
    expect(chat).toMatchObject({
      type: 'slack',
      serviceId: 'T1',
      displayName: 'Chat of Acme',
      emailTrust: 'ALWAYS',
      people: 'source',
      managedDomains: ['acme.example'],
      seen: 7,
      coverage: { state: 'COMPLETE', asOf: now - minute },
      sync: { running: false, lastStartedAt: now - 2 * minute, lastSealedAt: now - minute, nextAt: now + minute, quarantined: 0 },
    });
    expect(chat?.capabilities.filter(({ supported }) => supported).map(({ operation }) => operation)).toEqual([
      'read identities',
      'read groups',
      'read grants',
      'find by e-mail',
    ]);
    expect(chat?.capabilities).toHaveLength(11);
  });

  it('claim nothing that nobody has told', async () => {
    const bare = await service('bare');
    expect(bare).toMatchObject({
      serviceId: undefined,
      emailTrust: 'VERIFIED_ONLY',
      people: 'match',
      managedDomains: ['acme.test'],
      seen: undefined,
      coverage: { state: 'NEVER_SYNCED' },
      sync: { running: false, quarantined: 0 },
    });
    expect(bare?.capabilities.some(({ supported }) => supported)).toBe(false);
  });

  it('tell of a read while somebody holds its lease, and of the issue of the last one', async () => {
    expect(await service('failing')).toMatchObject({
      coverage: { state: 'FAILED', issue: { code: 'SERVICE_UNREACHABLE' } },
      sync: { running: true, pages: 4, records: 300, issue: { message: 'no answer' } },
    });
    const resting = await service('resting');
    expect(resting).toMatchObject({ coverage: { state: 'QUARANTINED' }, sync: { running: false, quarantined: 3 } });
    expect(resting?.sync.pages).toBeUndefined();
  });

  it('grow stale', async () => expect((await service('old'))?.coverage.state).toBe('STALE'));
});
