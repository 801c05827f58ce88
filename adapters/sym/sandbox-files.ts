import type { DemoAccount, DemoInstance } from '../../src/contract/sandbox.ts';

interface ServiceKey {
  readonly type: string;
  readonly serviceId: string;
}

/** The services that accounts name, each once, in order of their first mention. */
export function serviceKeysOf(instance: DemoInstance): readonly ServiceKey[] {
  const keys = new Map(instance.accounts.flatMap(({ declared }) => declared.map((one) => [keyText(one), one] as const)));
  return [...keys.values()];
}

/** What `symflow users list-identities -o FILE` writes: people only, sorted by address, one column a service, auth0 left out, `User ID` last. */
export function toUsersCsv(instance: DemoInstance): string {
  const keys = serviceKeysOf(instance)
    .filter(({ type }) => type !== 'auth0')
    .map(keyText);
  const rows = instance.accounts
    .filter(({ kind }) => kind === 'HUMAN')
    .toSorted((left, right) => compare(left.email ?? '', right.email ?? ''))
    .map((account) => {
      const named = new Map(account.declared.map((one) => [keyText(one), one.externalId]));
      return [account.email ?? '', ...keys.map((key) => named.get(key) ?? ''), account.externalId];
    });
  return [['sym:cloud', ...keys, 'User ID'], ...rows].map((cells) => `${cells.map(quote).join(',')}\r\n`).join('');
}

/** What a Flow writes of the users that it sees: a line of JSON each, in the names of the SDK. */
export function toUsersDump(instance: DemoInstance): string {
  return instance.accounts.map((account) => `${JSON.stringify(toLine(account))}\n`).join('');
}

function toLine(account: DemoAccount): object {
  const bot = account.kind === 'BOT';
  const own = { type: 'sym', serviceId: 'cloud', externalId: bot ? account.username : (account.email ?? '') };
  const identities = Map.groupBy([own, ...account.declared], ({ type }) => type);
  return {
    id: account.externalId,
    username: bot ? account.username : (account.email ?? null),
    type: bot ? 'bot' : 'normal',
    email: bot ? null : (account.email ?? null),
    first_name: bot ? null : account.firstName,
    last_name: bot ? null : account.lastName,
    role: account.role || 'member',
    identities: Object.fromEntries(
      [...identities].map(([service, list]) => [
        service,
        list.map(({ serviceId, externalId }) => ({ service, service_id: serviceId, user_id: externalId })),
      ]),
    ),
    event_counts: bot
      ? []
      : [{ event_name: 'escalate', filter_on: 'flow', flow: 'production_access', include_errored: false, count: escalations(account) }],
    dumped_at: new Date(account.lastActiveAt ?? account.updatedAt).toISOString(),
  };
}

/** A small number that differs between people and stays the same for one. */
function escalations({ externalId }: DemoAccount): number {
  return Buffer.from(externalId).reduce((sum, byte) => (sum * 31 + byte) % 1_009, 0) % 12;
}

const keyText = ({ type, serviceId }: ServiceKey): string => `${type}:${serviceId}`;
const quote = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const compare = (left: string, right: string): number => (left < right ? -1 : Number(left > right));
