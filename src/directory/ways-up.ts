import { keyText, type RecordKey } from '../model/views.ts';
import type { GroupEdgeRow } from '../store/read/group-edges.ts';

/** Memberships as a graph that can be climbed. */
export interface GroupGraph {
  groupsOf(member: RecordKey, kind: 'identity' | 'group'): readonly RecordKey[];
  membersOf(group: RecordKey): readonly RecordKey[];
}

export function createGroupGraph(edges: readonly GroupEdgeRow[]): GroupGraph {
  const memberText = (kind: string, key: RecordKey): string => `${kind} ${keyText(key)}`;
  const up = Map.groupBy(edges, ({ svc, member_kind, member_key }) => memberText(member_kind, { svc, key: member_key }));
  const down = Map.groupBy(
    edges.filter(({ member_kind }) => member_kind === 'group'),
    ({ svc, group_key }) => keyText({ svc, key: group_key }),
  );
  return {
    groupsOf: (member, kind) => (up.get(memberText(kind, member)) ?? []).map(({ svc, group_key }) => ({ svc, key: group_key })),
    membersOf: (group) => (down.get(keyText(group)) ?? []).map(({ svc, member_key }) => ({ svc, key: member_key })),
  };
}

/** A graph of diamonds has more ways than anybody reads, and one full of circles hides them. */
const maxSteps = 10_000;

/**
 * The ways from an account up to a group, the shortest first; no group twice on one way.
 * @param limit of ways; one more and `more` says so.
 */
export function waysUp(
  graph: GroupGraph,
  account: RecordKey,
  target: RecordKey,
  limit: number,
): { readonly ways: readonly (readonly RecordKey[])[]; readonly more: boolean } {
  const distance = distancesTo(graph, target);
  const ways: (readonly RecordKey[])[] = [];
  const way: RecordKey[] = [];
  const onWay = new Set<string>();
  let steps = 0;
  let more = false;

  const climb = (groups: readonly RecordKey[]): void => {
    const leading = groups
      .flatMap((group) => {
        const far = distance.get(keyText(group));
        return far === undefined || onWay.has(keyText(group)) ? [] : [{ group, far }];
      })
      .toSorted((a, b) => a.far - b.far);
    for (const { group, far } of leading) {
      if (ways.length >= limit || steps >= maxSteps) {
        more = true;
        return;
      }
      steps += 1;
      way.push(group);
      if (far === 0) ways.push([...way]);
      else {
        onWay.add(keyText(group));
        climb(graph.groupsOf(group, 'group'));
        onWay.delete(keyText(group));
      }
      way.pop();
    }
  };
  climb(graph.groupsOf(account, 'identity'));
  return { ways, more };
}

/** Steps from each group that leads to the target; others lead elsewhere. */
function distancesTo(graph: GroupGraph, target: RecordKey): ReadonlyMap<string, number> {
  const distance = new Map([[keyText(target), 0]]);
  for (let ring: readonly RecordKey[] = [target], far = 1; ring.length > 0; far++) {
    const next: RecordKey[] = [];
    for (const member of ring.flatMap((group) => graph.membersOf(group))) {
      if (distance.has(keyText(member))) continue;
      distance.set(keyText(member), far);
      next.push(member);
    }
    ring = next;
  }
  return distance;
}
