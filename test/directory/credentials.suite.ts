import { describe, expect, it } from 'vitest';
import { recordKey, type CredentialRecord, type InviteRecord } from '../../src/contract/records.ts';
import { email, identity, member, of, type Filling } from '../store/fixture.ts';
import type { TestStore } from '../store/engines.ts';
import { all, filled, minute, now, sliceKeys, walk } from './support.ts';

const credential = (credentialKind: CredentialRecord['credentialKind'], account: string, externalId: string, more: Partial<CredentialRecord> = {}) =>
  ({ kind: 'credential', credentialKind, identity: account, externalId, ...more }) as const satisfies CredentialRecord;
const invite = (externalId: string, address: string): InviteRecord => ({ kind: 'invite', externalId, email: address, status: 'PENDING', grants: [] });

// The same ids in both services, for other people.
const one = [credential('TOKEN_GRANT', 'u', 't', { expiresAt: now }), credential('SESSION', 'u', 't', { lastUsedAt: now - minute })];
const other = [credential('TOKEN_GRANT', 'u', 't'), credential('TOKEN_GRANT', 'v', 't')];
const services = (names: readonly string[]) => names.map((name) => ({ name, sealed_as_of: now, profile: { emailTrust: 'VERIFIED_ONLY' } }));

const filling: Filling = {
  services: services(['a', 'b']),
  records: [
    ...of('a', identity('u', { emails: [email('Ann@acme.example')] }), ...one, invite('i', 'ann@acme.example'), invite('j', 'jörg@acme.example')),
    ...of(
      'b',
      identity('u', { emails: [email('ben@acme.example')] }),
      identity('v', { status: 'DELETED' }),
      ...other,
      invite('i', 'BEN@acme.example'),
    ),
    ...of('a', { ...member('g', 'identity', 'u'), role: 'lead' }),
    ...of('b', member('g', 'identity', 'u')),
  ],
  people: [{ id: 'ann' }, { id: 'ben' }, { id: 'old' }],
  links: [
    { service: 'a', account: 'u', user: 'ann' },
    { service: 'b', account: 'u', user: 'ben' },
    { service: 'b', account: 'v', user: 'old' },
  ],
};

export function credentialsSuite(store: () => TestStore): void {
  describe('credentials and invites', () => {
    const { view, svc } = filled(store, filling, { merged: [['old', 'ann']] });
    const rows = (name: string, records: readonly CredentialRecord[]) => records.map((record) => [svc(name), recordKey(record)]);
    const found = (nodes: readonly { readonly svc: number; readonly key: string }[] | undefined) => nodes?.map((node) => [node.svc, node.key]);

    it('are listed by service and key, page by page', async () => {
      const whole = found(await walk(1, (window) => view().credentials({}, window)));
      expect(whole).toEqual([...rows('a', one.toReversed()), ...rows('b', other)]);
    });

    it('are narrowed by service, kind, end and use', async () => {
      const list = async (filter: Parameters<ReturnType<typeof view>['credentials']>[0]) =>
        found((await view().credentials(filter, all)).edges.map(({ node }) => node));
      expect(await list({ services: [{ type: 'a' }], kinds: ['TOKEN_GRANT'] })).toEqual(rows('a', one.slice(0, 1)));
      expect(await list({ kinds: [] })).toEqual([]);
      expect(await list({ expiresBefore: now + 1 })).toEqual(rows('a', one.slice(0, 1)));
      expect(await list({ expiresBefore: now })).toEqual([]);
      expect(await list({ unusedSince: now })).toEqual(rows('a', one.slice(1)));
      expect(await list({ userId: 'ben' })).toEqual(rows('b', other.slice(0, 1)));
    });

    it('hang on the accounts of people, of retired ids too, whatever the same ids mean elsewhere', async () => {
      const of = await view().credentialsOfUsers(['ann', 'ben', 'nobody'], undefined, all);
      expect(found(of.get('ann')?.edges.map(({ node }) => node))).toEqual(rows('a', one.toReversed()));
      expect(found(of.get('ben')?.edges.map(({ node }) => node))).toEqual(rows('b', other.slice(0, 1)));
      expect(of.has('nobody')).toBe(false);
      const first = await view().credentialsOfUsers(['ann'], ['SESSION', 'TOKEN_GRANT'], { first: 1 });
      const after = first.get('ann')?.edges[0]?.cursor;
      expect(found((await view().credentialsOfUsers(['ann'], undefined, { first: 5, after })).get('ann')?.edges.map(({ node }) => node))).toEqual(
        rows('a', one.slice(0, 1)),
      );
      expect(found((await view().credentials({ userId: 'old' }, all)).edges.map(({ node }) => node))).toEqual(
        expect.arrayContaining(rows('a', one.toReversed())),
      );
    });

    it('invites are found by address, and by whose it is', async () => {
      expect(sliceKeys(await view().invites({}, all))).toEqual(['i', 'j', 'i']);
      expect(sliceKeys(await view().invites({ email: 'ANN@acme.example' }, all))).toEqual(['i']);
      expect(sliceKeys(await view().invites({ email: 'jörg@acme.example' }, all))).toEqual(['j']);
      expect(sliceKeys(await view().invites({ email: 'JÖRG@acme.example' }, all))).toEqual([]);
      const own = await view().invitesOfUsers(['ann', 'ben']);
      expect([found(own.get('ann')), found(own.get('ben'))]).toEqual([[[svc('a'), 'i']], [[svc('b'), 'i']]]);
      const people = await view().usersByProvenEmails(['ann@ACME.example', 'jörg@acme.example', 'nobody@acme.example']);
      expect([...people].map(([address, user]) => [address, user.id])).toEqual([['ann@ACME.example', 'ann']]);
    });

    it('memberships are found by their keys', async () => {
      const key = recordKey(member('g', 'identity', 'u'));
      const memberships = await view().membershipsByKeys([
        { svc: svc('a'), key },
        { svc: svc('b'), key },
      ]);
      expect([...memberships.values()].map(({ svc: of, record }) => [of, record.role])).toEqual([
        [svc('a'), 'lead'],
        [svc('b'), undefined],
      ]);
    });
  });
}
