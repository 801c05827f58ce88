import { describe, expect, it } from 'vitest';
import type { UserLookup } from '../../src/directory/view.ts';
import { email, identity, of } from '../store/fixture.ts';
import type { TestStore } from '../store/engines.ts';
import { filled } from './support.ts';

const ids = ['ana', 'ben', 'cy', 'dora', 'eve', 'gone', 'new'];

export function lookupSuite(store: () => TestStore): void {
  describe('looking people up', () => {
    const { view } = filled(
      store,
      {
        services: [
          { name: 'chat-eu', type: 'chat', service_id: 'T1' },
          { name: 'chat-us', type: 'chat', service_id: 'T2' },
          { name: 'pager', profile: { emailTrust: 'MANAGED_DOMAINS', managedDomains: ['acme.example'] } },
          { name: 'wild', profile: { emailTrust: 'NEVER' } },
        ],
        records: [
          ...of(
            'chat-eu',
            identity('U1', { emails: [email('Ana@acme.example')] }),
            identity('U2', { emails: [email('shared@foreign.example', 'UNKNOWN')] }),
          ),
          ...of(
            'chat-us',
            identity('U1', { emails: [email('ben@acme.example')] }),
            identity('U3', { emails: [email('ana+test@acme.example', 'UNKNOWN')] }),
          ),
          ...of(
            'pager',
            identity('P1', { emails: [email('ana@acme.example', 'UNVERIFIED')] }),
            identity('P2', { emails: [email('team@acme.example', 'UNKNOWN'), email('shared@foreign.example', 'UNKNOWN')] }),
            identity('P3', { emails: [email('cy@foreign.example', 'UNKNOWN')] }),
            identity('P4', { emails: [email('jürgen@acme.example', 'UNKNOWN')] }),
            identity('P5', { emails: [email('leaver@acme.example')], status: 'DELETED' }),
            identity('P6', { emails: [email('handed-on@acme.example')], status: 'DELETED' }),
            identity('P7', { emails: [email('handed-on@acme.example', 'UNVERIFIED')] }),
          ),
          ...of(
            'wild',
            identity('W1', { emails: [email('team@acme.example', 'VERIFIED')] }),
            identity('W2', { emails: [email('two@acme.example')] }),
          ),
          ...of('chat-eu', identity('U5', { emails: [email('both@acme.example')] }), identity('U6', { emails: [email('both@acme.example')] })),
        ],
        people: [
          ...ids.map((id) => ({ id, username: id, display_name: id })),
          { id: 'old-ana', display_name: 'Ana' },
          { id: 'older-ana', display_name: 'Ana' },
          { id: 'twin-1', username: 'twin' },
          { id: 'twin-2', username: 'twin' },
          { id: 'namesake', username: 'cy', status: 'DELETED' },
        ],
        links: [
          { service: 'chat-eu', account: 'U1', user: 'ana' },
          { service: 'chat-us', account: 'U1', user: 'ben' },
          { service: 'chat-eu', account: 'U2', user: 'dora' },
          { service: 'chat-us', account: 'U3', user: 'eve' },
          { service: 'pager', account: 'P1', user: 'ben' },
          { service: 'pager', account: 'P2', user: 'ben' },
          { service: 'pager', account: 'P3', user: 'cy' },
          { service: 'pager', account: 'P4', user: 'dora' },
          { service: 'pager', account: 'P5', user: 'gone' },
          { service: 'pager', account: 'P6', user: 'gone' },
          { service: 'pager', account: 'P7', user: 'new' },
          { service: 'wild', account: 'W1', user: 'cy' },
          { service: 'wild', account: 'W2', user: 'eve', state: 'SUGGESTED' },
          { service: 'chat-eu', account: 'U5', user: 'ana' },
          { service: 'chat-eu', account: 'U6', user: 'ben' },
        ],
      },
      { merged: [['older-ana', 'old-ana']] },
      { merged: [['old-ana', 'ana']] },
    );
    const find = async (...lookups: readonly UserLookup[]): Promise<readonly unknown[]> =>
      (await view().usersByLookup(lookups)).map((each) => (each !== undefined && 'id' in each ? each.id : each));
    const byEmail = (...addresses: readonly string[]) => find(...addresses.map((address): UserLookup => ({ by: 'email', email: address })));

    it('finds by id, by retired ids over several merges, by account and by username, in the order of the keys', async () => {
      expect(
        await find(
          { by: 'id', id: 'older-ana' },
          { by: 'identity', service: { type: 'chat', serviceId: 'T2' }, externalId: 'U1' },
          { by: 'username', username: 'cy' },
          { by: 'id', id: 'nobody' },
          { by: 'identity', service: { type: 'pager' }, externalId: 'P3' },
          { by: 'id', id: 'ana' },
        ),
      ).toEqual(['ana', 'ben', 'cy', undefined, 'cy', 'ana']);
    });

    it('says that several people are meant, and how many', async () => {
      expect(
        await find(
          { by: 'identity', service: { type: 'chat' }, externalId: 'U1' },
          { by: 'username', username: 'twin' },
          { by: 'email', email: 'both@acme.example' },
          { by: 'email', email: 'shared@foreign.example' },
        ),
      ).toEqual([{ ambiguous: 2 }, { ambiguous: 2 }, { ambiguous: 2 }, { ambiguous: 2 }]);
    });

    it('takes the proven holder of an address before others, and a managed domain only where its service is trusted', async () => {
      expect(await byEmail('ANA@acme.example', 'team@acme.example')).toEqual(['ana', 'ben']);
    });

    it('takes the only holder of an unproven address', async () => expect(await byEmail('cy@foreign.example')).toEqual(['cy']));

    it('cuts the +tag and tries our other domains only where nobody has the address itself', async () => {
      expect(await byEmail('ana+test@acme.example', 'ben+news@acme.test', 'cy+news@foreign.example')).toEqual(['eve', 'ben', undefined]);
    });

    it('compares an address that is no evidence as it is spelled', async () => {
      expect(await byEmail('jürgen@acme.example', 'Jürgen@acme.example')).toEqual(['dora', undefined]);
    });

    it('names the leaver of an address until somebody living has it', async () => {
      expect(await byEmail('leaver@acme.example', 'handed-on@acme.example')).toEqual(['gone', 'new']);
    });

    it('does not take a suggestion for a link', async () => expect(await byEmail('two@acme.example')).toEqual([undefined]));

    it('finds nothing for what no store can hold and for services that are not configured', async () => {
      expect(
        await find(
          { by: 'id', id: 'a\0' },
          { by: 'username', username: 'a\0' },
          { by: 'email', email: 'a\0@x' },
          { by: 'identity', service: { type: 'chat' }, externalId: 'U1\0' },
          { by: 'identity', service: { type: 'nowhere' }, externalId: 'U1' },
        ),
      ).toEqual([undefined, undefined, undefined, undefined, undefined]);
    });

    it('answers a hundred mixed keys with five statements', async () => {
      const lookups = Array.from({ length: 25 }, (_, n): readonly UserLookup[] => [
        { by: 'id', id: ids[n % ids.length] ?? '' },
        { by: 'email', email: `nobody${n}@acme.example` },
        { by: 'username', username: `name${n}` },
        { by: 'identity', service: { type: 'chat' }, externalId: `U${n}` },
      ]).flat();
      expect(await store().costOf(() => view().usersByLookup(lookups))).toBe(5);
    });

    it('tells the ids that a person had', async () => {
      expect(await view().retiredIds(['ana', 'ben'])).toEqual(new Map([['ana', ['old-ana', 'older-ana']]]));
    });
  });
}
