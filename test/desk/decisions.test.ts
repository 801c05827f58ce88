import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { nextRevision } from '../../src/store/revision.ts';
import { openRev } from '../../src/store/tables.ts';
import { email, identity, of } from '../store/fixture.ts';
import { account, by, now, startDesk } from './support.ts';

const caseOf = async ({ store }: Awaited<ReturnType<typeof startDesk>>, key: string) =>
  store.connection.read.selectFrom('match_case').selectAll().where('key', '=', key).where('to_rev', '=', openRev).executeTakeFirstOrThrow();

describe('linking by hand', () => {
  test('waits for a seal that is being written, and goes before what comes later', async () => {
    await using bench = await startDesk();
    const { write } = bench.store.connection;
    const ben = await bench.userOf('B');
    const done: string[] = [];
    const [begun, sealed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const seal = write.transaction().execute(async (trx) => {
      await nextRevision(trx, 'seal', now);
      begun.resolve();
      await sealed.promise;
      done.push('seal');
    });
    await begun.promise;
    const decision = bench.desk.linkIdentity(account('PA'), ben, by).then(({ eventId }) => void done.push(typeof eventId));
    await setImmediate();
    const later = write
      .transaction()
      .execute((trx) => nextRevision(trx, 'later', now))
      .then((rev) => void done.push(`revision ${rev}`));
    await setImmediate();
    expect(done).toEqual([]);
    sealed.resolve();
    await Promise.all([seal, decision, later]);
    const { rev } = await write.selectFrom('revision').select('rev').where('cause', '=', 'seal').executeTakeFirstOrThrow();
    expect(done).toEqual(['seal', 'string', `revision ${rev + 2}`]);
  });

  test('outlives whatever the rules find, and keeps who decided, when and why', async () => {
    await using bench = await startDesk();
    const ben = await bench.userOf('B');
    const { eventId, errors } = await bench.desk.linkIdentity(account('PA'), ben, by);
    expect(errors).toEqual([]);
    await bench.seal({ records: of('pager', identity('PA', { displayName: 'Ann again', emails: [email('ann@acme.example')] })) });
    await bench.link();
    expect(await bench.userOf('PA')).toBe(ben);
    const view = await bench.view();
    const link = (await view.linksByKeys([{ svc: 2, key: 'PA' }])).get('2/PA');
    expect(link).toMatchObject({ state: 'LINKED_MANUAL', note: 'asked them', decidedBy: { displayName: 'local operator' } });
    expect((await view.auditEventsByIds([eventId ?? ''])).get(eventId ?? '')).toMatchObject({
      operation: 'linkIdentity',
      outcome: 'APPLIED',
      reason: 'asked them',
    });
  });

  test('a person left without accounts becomes one with the other, and the id goes on resolving', async () => {
    await using bench = await startDesk();
    const [dee, admin] = [await bench.userOf('D'), await bench.userOf('D2')];
    await bench.desk.linkIdentity(account('D2'), dee, by);
    const view = await bench.view();
    expect((await view.usersByIds([admin])).get(admin)?.id).toBe(dee);
    expect(
      (await view.identitiesOfUsers([dee], false))
        .get(dee)
        ?.map(({ key }) => key)
        .toSorted(),
    ).toEqual(['D', 'D2']);
  });

  test('unlinking is for good: no rule ties the account to that person again', async () => {
    await using bench = await startDesk();
    const ann = await bench.userOf('A');
    await bench.desk.unlinkIdentity(account('PA'), by);
    await bench.seal({ records: of('pager', identity('PA', { displayName: 'Ann L', emails: [email('ann@acme.example')] })) });
    await bench.seal({ records: of('chat', identity('A', { displayName: 'Ann L', emails: [email('ann@acme.example')] })) });
    await bench.link();
    const link = (await (await bench.view()).linksByKeys([{ svc: 2, key: 'PA' }])).get('2/PA');
    expect(link?.state).not.toBe('LINKED_AUTO');
    expect(await bench.userOf('A')).toBe(ann);
  });

  test('taking an unlinking back lets the rules hold the account again', async () => {
    await using bench = await startDesk();
    const ann = await bench.userOf('A');
    const { eventId } = await bench.desk.unlinkIdentity(account('PA'), by);
    await bench.desk.revertLinkChange(eventId ?? '', by);
    await bench.seal({ records: of('pager', identity('PA', { displayName: 'Ann L', emails: [email('ann@acme.example')] })) });
    await bench.link();
    expect(await bench.userOf('PA')).toBe(ann);
  });

  test('an account of nobody’s cannot be unlinked', async () => {
    await using bench = await startDesk();
    const { errors, eventId } = await bench.desk.unlinkIdentity(account('PC'), by);
    expect([errors[0]?.code, eventId]).toEqual(['CONFLICT', undefined]);
  });
});

describe('merging and splitting', () => {
  test('merge, split, merge is the same as merge', async () => {
    await using bench = await startDesk();
    const [ann, ben] = [await bench.userOf('A'), await bench.userOf('B')];
    await bench.desk.mergeUsers(ann, [ben], by);
    const split = await bench.desk.splitUser(ann, [account('B'), account('PB')], by);
    await bench.desk.mergeUsers(ann, [split.userId ?? ''], by);
    const view = await bench.view();
    expect(
      (await view.identitiesOfUsers([ann], false))
        .get(ann)
        ?.map(({ key }) => key)
        .toSorted(),
    ).toEqual(['A', 'B', 'PA', 'PB']);
    for (const id of [ben, split.userId ?? '']) expect((await view.usersByIds([id])).get(id)?.id).toBe(ann);
    expect((await view.retiredIds([ann])).get(ann)?.toSorted()).toEqual([ben, split.userId ?? ''].toSorted());
  });

  test('what was split stays split, and what was merged stays merged, whatever the rules find', async () => {
    await using bench = await startDesk();
    const [ann, ben] = [await bench.userOf('A'), await bench.userOf('B')];
    const { userId } = await bench.desk.splitUser(ann, [account('PA')], by);
    await bench.desk.mergeUsers(ben, [await bench.userOf('C')], by);
    await bench.seal({
      records: [
        ...of('pager', identity('PA', { displayName: 'Ann!', emails: [email('ann@acme.example')] })),
        ...of(
          'chat',
          identity('A', { displayName: 'Ann!', emails: [email('ann@acme.example')] }),
          identity('C', { displayName: 'Cas!', emails: [email('cas@acme.example')] }),
        ),
      ],
    });
    await bench.link();
    expect(await Promise.all(['A', 'PA', 'B', 'C'].map((key) => bench.userOf(key)))).toEqual([ann, userId, ben, ben]);
  });

  test('a split names accounts of the person, and leaves one', async () => {
    await using bench = await startDesk();
    const ann = await bench.userOf('A');
    const foreign = await bench.desk.splitUser(ann, [account('B')], by);
    const whole = await bench.desk.splitUser(ann, [account('A'), account('PA')], by);
    expect([foreign.errors[0]?.code, whole.errors[0]?.code]).toEqual(['CONFLICT', 'BAD_USER_INPUT']);
  });

  test('nobody is merged with themselves', async () => {
    await using bench = await startDesk();
    const [ann, ben] = [await bench.userOf('A'), await bench.userOf('B')];
    await bench.desk.mergeUsers(ann, [ben], by);
    expect((await bench.desk.mergeUsers(ann, [ben], by)).errors[0]?.field).toEqual(['from']);
  });
});

describe('match cases', () => {
  test('confirming links to the candidate; rejecting keeps the candidate away', async () => {
    await using bench = await startDesk();
    const [confirmed, rejected] = [await caseOf(bench, 'PC'), await caseOf(bench, 'PD')];
    await bench.desk.decideMatches({ cases: [confirmed.id], decision: 'CONFIRM', limit: 10 }, by);
    await bench.desk.decideMatches({ cases: [rejected.id], decision: 'REJECT', limit: 10 }, by);
    expect(await bench.userOf('PC')).toBe(await bench.userOf('C'));
    await bench.seal({ records: of('pager', identity('PD', { displayName: 'Dee Fox', emails: [email('dee@acme.example')] })) });
    await bench.link();
    const links = await (await bench.view()).linksByKeys([{ svc: 2, key: 'PD' }]);
    expect(links.get('2/PD')?.state).not.toMatch(/LINKED_AUTO|SUGGESTED/);
    expect([(await caseOf(bench, 'PC')).decision, (await caseOf(bench, 'PD')).decision]).toEqual(['CONFIRM', 'REJECT']);
  });

  test('in bulk by a filter are one decision: those whose names agree, and nothing else', async () => {
    await using bench = await startDesk();
    await bench.seal({ records: of('pager', identity('PD', { displayName: 'Somebody Else', emails: [email('dee@acme.example', 'UNKNOWN')] })) });
    const filter = { services: [{ type: 'pagerduty' }], nameAgrees: true };
    const { cases, eventId } = await bench.desk.decideMatches({ filter, decision: 'CONFIRM', limit: 10 }, by);
    expect(cases).toEqual([(await caseOf(bench, 'PC')).id]);
    expect((await caseOf(bench, 'PD')).decision).toBeNull();
    const { edges } = await (await bench.view()).auditEvents({}, { first: 10 });
    expect(edges.map(({ node }) => node.id)).toEqual([eventId]);
  });

  test('a case without a likeliest candidate stays open and says what to do; the others are decided', async () => {
    await using bench = await startDesk();
    const [clear, open] = [await caseOf(bench, 'PC'), await caseOf(bench, 'PD')];
    const [first, second] = [await bench.userOf('D'), await bench.userOf('A')];
    const candidates = [first, second].map((userId) => ({ userId, confidence: 0.5, rule: 'SAME_NAME', evidence: [], against: [] }));
    await bench.store.connection.write
      .updateTable('match_case')
      .set({ candidates: JSON.stringify(candidates) })
      .where('id', '=', open.id)
      .execute();
    const { errors, cases } = await bench.desk.decideMatches({ cases: [clear.id, open.id], decision: 'CONFIRM', limit: 10 }, by);
    expect(cases).toEqual([clear.id]);
    expect(errors).toMatchObject([{ code: 'CONFLICT', field: ['cases', open.id] }]);
    expect(errors[0]?.message).toContain('linkIdentity');
  });
});

describe('taking a decision back', () => {
  test('is refused while a later one stands on it, which is named', async () => {
    await using bench = await startDesk();
    const [ann, ben, cas] = [await bench.userOf('A'), await bench.userOf('B'), await bench.userOf('C')];
    const merge = await bench.desk.mergeUsers(ann, [ben], by);
    const later = await bench.desk.mergeUsers(cas, [ann], by);
    const refused = await bench.desk.revertLinkChange(merge.eventId ?? '', by);
    expect(refused.errors[0]).toMatchObject({ code: 'CONFLICT', field: ['event'] });
    expect(refused.errors[0]?.message).toContain('mergeUsers');
    const back = await bench.desk.revertLinkChange(later.eventId ?? '', by);
    expect(back.errors).toEqual([]);
    expect((await bench.desk.revertLinkChange(merge.eventId ?? '', by)).errors).toEqual([]);
    expect(await Promise.all(['A', 'B', 'PB', 'C'].map((key) => bench.userOf(key)))).toEqual([ann, ben, ben, cas]);
  });

  test('does not take accounts from a person that they were given since', async () => {
    await using bench = await startDesk();
    const ann = await bench.userOf('A');
    const split = await bench.desk.splitUser(ann, [account('PA')], by);
    await bench.desk.linkIdentity(account('PC'), split.userId ?? '', by);
    expect((await bench.desk.revertLinkChange(split.eventId ?? '', by)).errors[0]?.message).toContain('linkIdentity');
  });

  test('can itself be taken back', async () => {
    await using bench = await startDesk();
    const [ann, ben] = [await bench.userOf('A'), await bench.userOf('B')];
    const merge = await bench.desk.mergeUsers(ann, [ben], by);
    const merged = await bench.snapshot();
    const undo = await bench.desk.revertLinkChange(merge.eventId ?? '', by);
    await bench.desk.revertLinkChange(undo.eventId ?? '', by);
    expect(await bench.snapshot()).toEqual(merged);
  });

  test('knows no other events', async () => {
    await using bench = await startDesk();
    expect((await bench.desk.revertLinkChange('nothing', by)).errors[0]?.code).toBe('NOT_FOUND');
  });
});
