import type { DemoAccount, DemoInstance } from '../../src/contract/sandbox.ts';
import { readAccounts, serviceArg, sorted, type Account } from './reads.ts';
import { hasTokens, heldIn, readCredentials } from './table-credentials.ts';
import { cell, type Cell, type Row } from './table-row.ts';

const slackbot = 'USLACKBOT';
const accountIds = cell('its own id of an account', async (house, instance) => ({
  seen: sorted((await readAccounts(house, instance)).map(({ externalId }) => externalId)),
  expected: sorted([...instance.accounts.map(({ externalId }) => externalId), ...(instance.type === 'slack' ? [slackbot] : [])]),
}));

/** Something of each account, where the service has it for that account. */
function ofAccounts(words: string, seenOf: (account: Account) => unknown, expectedOf: (account: DemoAccount) => unknown): Cell {
  return cell(words, async (house, instance) => {
    const accounts = (await readAccounts(house, instance)).filter(({ externalId }) => externalId !== slackbot);
    const told = (pairs: readonly (readonly [string, unknown])[]) => sorted(pairs.filter(([, value]) => value !== undefined && value !== null));
    return {
      seen: told(accounts.map((account) => [account.externalId, seenOf(account)])),
      expected: told(instance.accounts.map((account) => [account.externalId, expectedOf(account)])),
    };
  });
}

const kinds = (words: string, kind: string) =>
  ofAccounts(
    words,
    (account) => (account.kind === kind ? kind : null),
    (account) => (account.kind === 'BOT' ? kind : null),
  );

const invites = (words: string, expectedOf: (instance: DemoInstance) => readonly string[]) =>
  cell(
    words,
    async (house, instance) => {
      const seen = await house.list<{ email: string; status: string }>('invites', `service: ${serviceArg(instance)}`, '{ email status }');
      return {
        seen: sorted(seen.map(({ email, status }) => [email, status])),
        expected: sorted(expectedOf(instance).map((email) => [email, 'PENDING'])),
      };
    },
    (instance) => expectedOf(instance).length > 0,
  );
const invited = ({ accounts }: DemoInstance): readonly string[] =>
  accounts.flatMap(({ status, email }) => (status === 'INVITED' ? (email ?? []) : []));

export const peopleCells: readonly Row[] = [
  {
    notion: 'Identity.externalId',
    cells: {
      sym: accountIds,
      squirro: accountIds,
      ftrack: accountIds,
      waii: accountIds,
      segment: accountIds,
      slack: accountIds,
      pagerduty: accountIds,
    },
  },
  {
    notion: 'account status',
    cells: {
      slack: ofAccounts(
        'invited, deactivated',
        ({ status }) => status,
        ({ status }) => status,
      ),
      pagerduty: ofAccounts(
        'invitation_sent',
        ({ status }) => status,
        ({ status }) => status,
      ),
      ftrack: ofAccounts(
        'is_active',
        ({ status }) => status,
        ({ status }) => status,
      ),
    },
  },
  {
    notion: 'Invite',
    cells: {
      segment: invites('invite, by its address', (instance) => instance.invites.map(({ email }) => email)),
      slack: invites('invited member', invited),
      pagerduty: invites('invitation_sent', invited),
    },
  },
  {
    notion: 'settings',
    cells: {
      squirro: ofAccounts(
        'config, custom values',
        ({ settings }) => settings,
        ({ title }) => ({ ...(title !== undefined && { job_title: title }), config: { language: 'en', digest: { weekly: true } } }),
      ),
      waii: ofAccounts(
        'variables',
        ({ settings }) => settings,
        ({ title }) => (title === undefined ? null : { title }),
      ),
      slack: ofAccounts(
        'profile fields',
        ({ settings }) => (settings as { title?: string } | null)?.title,
        ({ title }) => title,
      ),
    },
  },
  {
    notion: 'kind BOT or SERVICE',
    cells: {
      sym: kinds('type bot', 'BOT'),
      slack: kinds('is_bot', 'BOT'),
      ftrack: kinds('user of an API key', 'SERVICE'),
      squirro: cell(
        'token type service',
        async (house, instance) => {
          const seen = await readCredentials(house, instance, 'TOKEN_GRANT', 'TokenGrant { type }');
          return {
            seen: sorted(seen.flatMap((each) => (each['type'] === 'service' ? [each.identity?.externalId] : []))),
            expected: sorted(heldIn(instance, 'TOKEN_GRANT').flatMap(({ name, account }) => (name === 'service' ? [account] : []))),
          };
        },
        hasTokens,
      ),
    },
  },
];

const proofs = (words: string, proofOf: (account: DemoAccount) => string) =>
  ofAccounts(
    words,
    ({ emails }) => (emails.length === 0 ? null : emails.map(({ address, proof }) => [address, proof])),
    (account) => (account.email === undefined ? null : [[account.email, proofOf(account)]]),
  );
const isAddress = ({ externalId }: DemoAccount): boolean => /^\S+@\S+\.\S+$/.test(externalId);
const isGuest = ({ role }: DemoAccount): boolean => role.endsWith('_guest');

export const proofCells: readonly Row[] = [
  {
    notion: 'e-mail proof',
    cells: {
      sym: proofs('no word; a guest merely talks to the app', ({ role }) => (role === 'guest' ? 'UNVERIFIED' : 'UNKNOWN')),
      squirro: proofs('no word', () => 'UNKNOWN'),
      ftrack: proofs('no word', () => 'UNKNOWN'),
      segment: proofs('no word', () => 'UNKNOWN'),
      waii: ofAccounts(
        'the id may be an address: no proof',
        ({ emails }) => (emails.length === 0 ? null : emails.map(({ address, proof }) => [address, proof])),
        (account) => (isAddress(account) ? [[account.externalId, 'UNKNOWN']] : null),
      ),
      slack: proofs('is_email_confirmed', (account) =>
        account.emailProven && account.status !== 'SUSPENDED' && !isGuest(account) ? 'VERIFIED' : 'UNKNOWN',
      ),
      pagerduty: proofs('invitation_sent', ({ status }) => (status === 'INVITED' ? 'UNVERIFIED' : 'ASSERTED')),
    },
  },
];
