import { describe, expect, test } from 'vitest';
import { verifyAudit } from '../../src/store/audit/chain.ts';
import { settleQuarantine } from '../../src/store/sync/quarantine.ts';
import { engines } from '../store/engines.ts';
import { account, by, now, startDesk } from './support.ts';

describe.each(engines)('decisions on $name', ({ open }) => {
  test('of every kind are written, verified and taken back', async () => {
    await using bench = await startDesk(await open());
    const start = await bench.snapshot();
    const [ann, ben] = [await bench.userOf('A'), await bench.userOf('B')];
    const { desk } = bench;
    const taken = [
      await desk.decideMatches({ filter: { nameAgrees: true }, decision: 'CONFIRM', limit: 1 }, by),
      await desk.decideMatches({ filter: { services: [{ type: 'pagerduty', serviceId: 'acme' }] }, decision: 'REJECT', limit: 10 }, by),
      await desk.mergeUsers(ann, [ben], by),
      await desk.splitUser(ann, [account('PB')], by),
      await desk.linkIdentity(account('D2'), await bench.userOf('D'), by),
      await desk.unlinkIdentity(account('PA'), by),
    ];
    expect(taken.map(({ errors, eventId }) => [errors, typeof eventId])).toEqual(taken.map(() => [[], 'string']));
    for (const { eventId } of taken.toReversed()) expect((await desk.revertLinkChange(eventId ?? '', by)).errors).toEqual([]);
    expect(await bench.snapshot()).toEqual(start);
    expect(await verifyAudit(bench.store.connection.read)).toEqual({ events: 12 });
  }, 60_000);

  test('about a quarantine are in the chain: who, what, why', async () => {
    await using bench = await startDesk(await open());
    const { write } = bench.store.connection;
    await write.updateTable('service').set({ quarantined: 2 }).where('name', '=', 'pager').execute();
    const { svc } = await write.selectFrom('service').select('svc').where('name', '=', 'pager').executeTakeFirstOrThrow();
    expect(await settleQuarantine(bench.store.connection, svc, false, 'a move', now)).toBe(0);
    const { edges } = await (await bench.view()).auditEvents({ service: { type: 'pagerduty' } }, { first: 10 });
    expect(edges.map(({ node }) => node)).toMatchObject([
      {
        operation: 'acknowledgeQuarantine',
        reason: 'a move',
        targets: [{ type: 'Service', svc }],
        before: { quarantined: 2 },
        after: { quarantined: 0, accepted: false },
      },
    ]);
    expect(await verifyAudit(write)).toEqual({ events: 1 });
  }, 60_000);
});
