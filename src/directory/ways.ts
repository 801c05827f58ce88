import { scopeKeyText } from '../contract/records.ts';
import type { AccessPathView, Ways } from '../model/access.ts';
import { keyText, type GrantView, type RecordKey } from '../model/views.ts';
import { groupEdgesAbove } from '../store/read/group-edges.ts';
import type { Snapshot } from '../store/read/snapshot.ts';
import { scopeAndAbove, type ScopeAboveRow, type ScopePlace } from '../store/read/scopes-above.ts';
import { createGroupGraph, waysUp, type GroupGraph } from './ways-up.ts';

/** An account and a grant that it has. */
export interface HeldGrant {
  readonly account: RecordKey;
  readonly grant: GrantView;
}

/** Ways of one answer; what is beyond is said to be there. */
const maxWays = 100;

/** Everything that paths of these accounts run through: one statement, and one more for the scope that was asked for. */
export async function openWays(at: Snapshot, accounts: readonly RecordKey[], place: ScopePlace | undefined) {
  const [edges, scopes] = await Promise.all([groupEdgesAbove(at, accounts), place === undefined ? undefined : scopeAndAbove(at, place)]);
  const graph = createGroupGraph(edges);
  return (held: readonly HeldGrant[]): Ways => waysOf(graph, held, scopes);
}

function waysOf(graph: GroupGraph, held: readonly HeldGrant[], scopes: readonly ScopeAboveRow[] | undefined): Ways {
  const paths: AccessPathView[] = [];
  let more = false;
  for (const { account, grant } of held) {
    const { principal, scope } = grant.record;
    const left = maxWays - paths.length;
    const found =
      principal.kind === 'identity'
        ? { ways: left > 0 ? [[]] : [], more: left <= 0 }
        : waysUp(graph, account, { svc: grant.svc, key: principal.externalId }, left);
    more ||= found.more;
    const down = { scopes: scopesDown(grant, scopes), everyScope: scope === undefined || grant.record.allScopes };
    paths.push(...found.ways.map((groups) => ({ account, groups, grant, ...down })));
  }
  return { paths, more };
}

/** From where the grant holds down to the asked scope. */
function scopesDown({ svc, record: { scope, allScopes, scopeKind } }: GrantView, scopes: readonly ScopeAboveRow[] | undefined): readonly RecordKey[] {
  const own = scope === undefined || allScopes ? undefined : scopeKeyText(scope);
  if (scopes === undefined) return own === undefined ? [] : [{ svc, key: own }];
  const holds = scopes.find(({ key, kind }) => (own === undefined ? kind === scopeKind : key === own));
  if (holds === undefined) throw new Error(`the grant ${keyText({ svc, key: own ?? scopeKind })} does not count on the asked scope`);
  return scopes
    .filter(({ steps }) => steps <= holds.steps)
    .toReversed()
    .map(({ key }) => ({ svc, key }));
}
