import type { DemoAccount, DemoCredential, DemoInstance } from '../../src/contract/sandbox.ts';
import { waiiKeyHolder } from './company.ts';
import type { House } from './house.ts';
import { readAccounts, readRoles, serviceArg, sorted, type Account } from './reads.ts';
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

interface Credential {
  readonly __typename: string;
  readonly identity: { readonly externalId: string } | null;
  readonly createdAt: string | null;
  readonly [field: string]: unknown;
}

export const readCredentials = (house: House, instance: DemoInstance, kind: DemoCredential['kind'], fields: string) =>
  house.list<Credential>(
    'credentials',
    `service: ${serviceArg(instance)}, kinds: ["${kind}"]`,
    `{ __typename identity { externalId } createdAt ... on ${fields} }`,
  );

const isoOf = (at: number): string => new Date(at).toISOString();
const heldIn = ({ credentials }: DemoInstance, kind: DemoCredential['kind']) => credentials.filter((each) => each.kind === kind);

const tokens = cell(
  'grant',
  async (house, instance) => {
    const seen = await readCredentials(house, instance, 'TOKEN_GRANT', 'TokenGrant { type clientId projectPermissions }');
    return {
      seen: sorted(seen.map((each) => [each['type'], each.identity?.externalId, each.createdAt, each['clientId'], each['projectPermissions']])),
      expected: sorted(
        heldIn(instance, 'TOKEN_GRANT').map(({ name, account, createdAt }) => [
          name,
          account,
          isoOf(createdAt),
          name === 'service' ? 'indexer' : null,
          name === 'service' ? ['items.read'] : [],
        ]),
      ),
    };
  },
  hasTokens,
);

function hasTokens(instance: DemoInstance): boolean {
  return heldIn(instance, 'TOKEN_GRANT').length > 0;
}

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

export const credentialsCells: readonly Row[] = [
  {
    notion: 'AccessKey',
    cells: {
      waii: cell('access key of the caller, by its name', async (house, instance) => {
        const seen = await readCredentials(house, instance, 'ACCESS_KEY', 'AccessKey { name hint }');
        const own = heldIn(instance, 'ACCESS_KEY').filter(({ account }) => account === waiiKeyHolder(instance).externalId);
        return {
          seen: sorted(seen.map((each) => [each['name'], each.identity?.externalId, each.createdAt, String(each['hint']).length])),
          expected: sorted(own.map(({ name, account, createdAt }) => [name, account, isoOf(createdAt), 4])),
        };
      }),
      ftrack: cell('API key: its role of category API, and who uses it', async (house, instance) => {
        const roles = await readRoles(house, instance, 'category: "API"');
        const accounts = await readAccounts(house, instance);
        return {
          seen: sorted([...roles.map(({ name }) => name), ...accounts.flatMap(({ kind, externalId }) => (kind === 'SERVICE' ? [externalId] : []))]),
          expected: sorted([
            ...instance.roles.flatMap(({ category, name }) => (category === 'API' ? [name] : [])),
            ...heldIn(instance, 'ACCESS_KEY').map(({ account }) => account),
          ]),
        };
      }),
    },
  },
  { notion: 'TokenGrant', cells: { squirro: tokens } },
  {
    notion: 'Session',
    cells: {
      squirro: cell('the own session', async (house, instance) => {
        const seen = await readCredentials(house, instance, 'SESSION', 'Session { id }');
        const sessions = new Map(heldIn(instance, 'SESSION').map(({ account, createdAt }) => [account, isoOf(createdAt)]));
        const admins = new Set(instance.accounts.flatMap(({ role, externalId }) => (role === 'admin' ? [externalId] : [])));
        const own = [...sessions].find(([account]) => admins.has(account)) ?? [...sessions][0];
        return { seen: seen.map((each) => [each.identity?.externalId, each.createdAt]), expected: own === undefined ? [] : [own] };
      }),
      pagerduty: cell('user session', async (house, instance) => {
        const seen = await readCredentials(house, instance, 'SESSION', 'Session { client }');
        return {
          seen: sorted(seen.map((each) => [each['client'], each.identity?.externalId, each.createdAt])),
          expected: sorted(heldIn(instance, 'SESSION').map(({ name, account, createdAt }) => [name, account, isoOf(createdAt)])),
        };
      }),
    },
  },
  {
    notion: 'ServiceConnection',
    cells: {
      squirro: cell(
        'authentication',
        async (house, instance) => {
          const seen = await readCredentials(house, instance, 'SERVICE_CONNECTION', 'ServiceConnection { target targetUserId state active }');
          return {
            seen: sorted(seen.map((each) => [each['target'], each.identity?.externalId, each['targetUserId'], each['state'], each['active']])),
            expected: sorted(heldIn(instance, 'SERVICE_CONNECTION').map(({ name, account }) => [name, account, `${name}-${account}`, 'ok', true])),
          };
        },
        (instance) => heldIn(instance, 'SERVICE_CONNECTION').length > 0,
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
