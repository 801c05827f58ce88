import { isDeepStrictEqual } from 'node:util';
import {
  accountStatuses,
  emailProofs,
  inviteStatuses,
  principalKinds,
  recordKinds,
  roleLevels,
  scopeKinds,
  type SourceRecord,
} from '../../src/contract/records.ts';

const instants = ['createdAt', 'updatedAt', 'lastActiveAt', 'expiresAt', 'lastUsedAt'] as const;
const texts = [
  'externalId',
  'username',
  'displayName',
  'firstName',
  'lastName',
  'email',
  'name',
  'group',
  'identity',
  'role',
  'organization',
] as const;
const words: Readonly<Record<string, readonly string[]>> = {
  accountKind: principalKinds,
  level: roleLevels,
  scopeKind: scopeKinds,
};

export type Fields = Readonly<Record<string, unknown>>;
export const fieldsOf = (record: SourceRecord): Fields => ({ ...record });

/** What no record does, whatever the service. */
export function judgeRecord(record: SourceRecord): readonly string[] {
  const failures: string[] = [];
  const fields = fieldsOf(record);
  if (!recordKinds.includes(record.kind)) failures.push('a kind that is none of ours');
  for (const name of texts) {
    if (fields[name] !== undefined && (typeof fields[name] !== 'string' || fields[name] === '')) failures.push(`${name} is no text, or an empty one`);
  }
  for (const name of instants) {
    const value = fields[name];
    if (value !== undefined && (!Number.isSafeInteger(value) || Number(value) <= 0)) failures.push(`${name} is no instant`);
  }
  for (const [name, allowed] of Object.entries(words)) {
    const word = fields[name];
    if (word !== undefined && !(typeof word === 'string' && allowed.includes(word))) failures.push(`${name} is none of our words`);
  }
  if ('status' in record) {
    const statuses: readonly string[] = record.kind === 'invite' ? inviteStatuses : accountStatuses;
    if (!statuses.includes(record.status)) failures.push('status is none of our words');
  }
  if (record.kind === 'identity') {
    if (record.emails.some(({ address, proof }) => address === '' || !emailProofs.includes(proof))) failures.push('an address without text or proof');
    if (record.emails.some(({ address }) => address === record.externalId) && !record.externalId.includes('@')) failures.push('an address for an id');
  }
  if (record.kind === 'grant' && record.allScopes === (record.scope !== undefined)) failures.push('a scope and all scopes, or neither');
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(record)), withoutUndefined(record))) failures.push('does not survive JSON');
  return failures.map((failure) => `${record.kind}: ${failure}`);
}

const withoutUndefined = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, withoutUndefined(inner)]])));
};

export const instantsOf = (record: SourceRecord): readonly (readonly [string, number])[] =>
  instants.flatMap((name) => {
    const value = fieldsOf(record)[name];
    return typeof value === 'number' ? [[name, value] as const] : [];
  });
