import { z } from 'zod';
import { roleLevels, type RoleLevel } from '../../contract/records.ts';
import { parseNodeId } from '../../model/global-id.ts';
import { exitCodes, UserError } from '../exit.ts';
import { collected, pageOf, rowsOf } from './page.ts';
import { plain } from './plain.ts';
import { question, QueryError, type Gateway } from './question.ts';
import { scope, scopeFields, service, serviceFields, type Scope } from './shapes.ts';

/** What `who-can` is asked about. */
export type Where = { readonly minLevel: RoleLevel } | { readonly scope: string };

const rankedLevels = roleLevels.filter((level) => level !== 'UNKNOWN' && level !== 'NONE');

const placed = scope.extend({ externalId: z.string(), service });

const placesOf = (list: 'organizations' | 'workspaces' | 'projects') =>
  question<{ readonly after: string | null }>()(
    `query Places($after: String) {
      ${list}(first: 100, after: $after) { nodes { ${scopeFields} externalId service { ${serviceFields} } } pageInfo { hasNextPage endCursor } }
    }`,
    z.object({ [list]: pageOf(placed) }).transform((data) => data[list] ?? { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } }),
  );

const services = question<object>()(
  `query ServicePlaces { services { ${scopeFields} ${serviceFields} } }`,
  z.object({ services: z.array(scope.extend(service.shape)) }),
);

const resources = question<object>()(
  `query ResourcePlaces {
    roleReport(filter: { scopeKind: RESOURCE }) {
      summary(by: [SCOPE]) { service { ${serviceFields} } scope { ${scopeFields} ... on Resource { externalId } } }
    }
  }`,
  z.object({
    roleReport: z.object({
      summary: z.array(z.object({ service: service.nullable(), scope: scope.extend({ externalId: z.string().optional() }).nullable() })),
    }),
  }),
);

interface Named extends Scope {
  readonly names: readonly (string | null | undefined)[];
  readonly service: string;
}

/** A level's word, the id of a scope, or its name: of several with one name the caller must choose. @throws UserError */
export async function findWhere(gateway: Gateway, text: string): Promise<Where> {
  const level = rankedLevels.find((each) => each === text.toUpperCase());
  if (level !== undefined) return { minLevel: level };
  const key = parseNodeId(text);
  if (key !== undefined) return { scope: text };
  const wanted = text.toLowerCase();
  const { all, complete } = await namedScopes(gateway);
  const found = all.filter(({ names }) => names.some((name) => name?.toLowerCase() === wanted));
  const [only, second] = found;
  if (only !== undefined && second === undefined) return { scope: only.id };
  if (only === undefined) {
    const next = complete
      ? `give a level (${rankedLevels.join(', ')}), or the name or id of an organization, a workspace, a project, a resource or a service`
      : 'there are too many resources to look one up by its name: give its id';
    throw new UserError(`no scope is named ${JSON.stringify(text)}: ${next}`, exitCodes.nothing);
  }
  const lines = found.map((each) => plain(`${each.id}  ${each.kind.toLowerCase()} ${each.displayName} in ${each.service}`));
  throw new UserError(
    [`several scopes are named ${JSON.stringify(text)}: ask again with one of these ids`, ...lines].join('\n  '),
    exitCodes.nothing,
  );
}

async function namedScopes(gateway: Gateway): Promise<{ readonly all: readonly Named[]; readonly complete: boolean }> {
  const own = (await gateway.ask(services, {})).services.map((each): Named => {
    const { type, serviceId, displayName } = each;
    return { ...each, names: [displayName, serviceId === null ? null : `${type}:${serviceId}`], service: type };
  });
  const lists = await Promise.all(
    (['organizations', 'workspaces', 'projects'] as const).map(async (list) => {
      const asked = placesOf(list);
      return collected(rowsOf((after) => gateway.ask(asked, { after })));
    }),
  );
  const places = lists.flat().map((each): Named => ({ ...each, names: [each.displayName, each.externalId], service: each.service.displayName }));
  const within = await namedResources(gateway);
  return { all: [...own, ...places, ...(within ?? [])], complete: within !== undefined };
}

/** Resources have no list of their own; those that somebody holds a role on are counted. @returns undefined when they are too many to be counted. */
async function namedResources(gateway: Gateway): Promise<readonly Named[] | undefined> {
  try {
    const { roleReport } = await gateway.ask(resources, {});
    return roleReport.summary.flatMap(({ scope: place, service: of }) =>
      place === null ? [] : [{ ...place, names: [place.displayName, place.externalId], service: of?.displayName ?? '' }],
    );
  } catch (error) {
    if (error instanceof QueryError && error.code === 'BAD_USER_INPUT') return undefined;
    throw error;
  }
}
