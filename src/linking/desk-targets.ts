import type { AuditTarget } from '../model/audit.ts';
import { keyText, type RecordKey } from '../model/views.ts';
import { ownerOf, type DeskChange } from '../model/desk-change.ts';

/** All accounts that a change is about. */
export function accountsIn({ links, rejections, cases }: DeskChange): readonly RecordKey[] {
  const all = [...links, ...rejections, ...cases].map(({ svc, key }) => ({ svc, key }));
  return [...new Map(all.map((key) => [keyText(key), key])).values()];
}

/** @param userId the person whom the request was about. */
export function targetsOf(change: DeskChange, userId: string | undefined): readonly AuditTarget[] {
  const users = new Set([
    ...(userId === undefined ? [] : [userId]),
    ...change.links.flatMap(({ before, after }) => [before?.userId ?? [], after?.userId ?? []].flat()),
    ...change.rejections.map((rejection) => rejection.userId),
    ...change.retired.flatMap(({ id, before, after }) => [id, before ?? [], after ?? []].flat()),
  ]);
  return [
    ...[...users].map((id): AuditTarget => ({ type: 'User', id })),
    ...accountsIn(change).map((key): AuditTarget => ({ type: 'Identity', ...key })),
    ...change.cases.map(({ id }): AuditTarget => ({ type: 'MatchCase', id })),
  ];
}

/** The service of all accounts concerned, when it is one. */
export function onlyService(change: DeskChange): number | undefined {
  const svcs = new Set(accountsIn(change).map(({ svc }) => svc));
  const [only] = svcs;
  return svcs.size === 1 ? only : undefined;
}

/** The person who has the accounts after a change, when it is one. */
export function personOf({ links }: DeskChange): string | undefined {
  const owners = new Set(links.flatMap(({ after }) => ownerOf(after) ?? []));
  const [only] = owners;
  return owners.size === 1 ? only : undefined;
}
