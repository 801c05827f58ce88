import { z } from 'zod';
import { parseNodeId } from '../../model/global-id.ts';
import { exitCodes, UserError } from '../exit.ts';
import { question, QueryError, type Gateway } from './question.ts';
import { serviceText } from './answer.ts';
import { plain } from './plain.ts';
import { person, personFields, type Person, type Service } from './shapes.ts';

interface IdentityRef {
  readonly service: string;
  readonly serviceId: string | null;
  readonly externalId: string;
}

type UserBy = { readonly id: string } | { readonly email: string } | { readonly username: string } | { readonly identity: IdentityRef };

/** A person, or an account that nobody is known to hold. */
export type Found = { readonly kind: 'person'; readonly id: string } | { readonly kind: 'account'; readonly id: string };

const userBy = question<{ readonly by: UserBy }>()(
  'query Who($by: UserBy!) { user(by: $by) { id } }',
  z.object({ user: z.object({ id: z.string() }).nullable() }),
);

const accountBy = question<{ readonly by: IdentityRef }>()(
  `query WhoseAccount($by: IdentityRef!) { identity(by: $by) { id user { ${personFields} } } }`,
  z.object({ identity: z.object({ id: z.string(), user: person.nullable() }).nullable() }),
);

const accountById = question<{ readonly id: string }>()(
  'query WhoseId($id: ID!) { node(id: $id) { ... on Identity { id user { id } } } }',
  z.object({ node: z.object({ id: z.string(), user: z.object({ id: z.string() }).nullable() }).nullable() }),
);

const namesakes = question<{ readonly filter: { readonly email: string } | { readonly search: string } }>()(
  `query Namesakes($filter: UserFilter!) { users(filter: $filter, first: 100) { nodes { ${personFields} username } } }`,
  z.object({ users: z.object({ nodes: z.array(person.extend({ username: z.string().nullable() })) }) }),
);

/**
 * What `<who>` may mean, in the order in which it is tried. An account is `type:serviceId/externalId`, or `type:externalId` where one instance of the
 * type is configured; ids of both sorts may hold colons and slashes, so the instances that are known decide where one ends.
 */
export function readWho(text: string, services: readonly Service[]): readonly UserBy[] {
  const colon = text.indexOf(':');
  const type = text.slice(0, Math.max(colon, 0));
  const ofType = services.filter((service) => service.type === type);
  if (ofType.length > 0) {
    const rest = text.slice(colon + 1);
    const named = ofType
      .flatMap(({ serviceId }) => (serviceId !== null && rest.startsWith(`${serviceId}/`) ? [serviceId] : []))
      .toSorted((a, b) => b.length - a.length)
      .map((serviceId) => ({ service: type, serviceId, externalId: rest.slice(serviceId.length + 1) }));
    return [...named, { service: type, serviceId: null, externalId: rest }].map((identity) => ({ identity }));
  }
  if (parseNodeId(text.toLowerCase())?.type === 'User') return [{ id: text.toLowerCase() }];
  return text.includes('@') ? [{ email: text }, { username: text }] : [{ username: text }];
}

/** @throws UserError when nobody is known as this, or several people are: with what to do next. */
export async function findWho(gateway: Gateway, text: string, services: readonly Service[]): Promise<Found> {
  const key = parseNodeId(text);
  if (key !== undefined && key.type !== 'User') return findById(gateway, text, key.type);
  const meanings = readWho(text, services);
  for (const by of meanings) {
    const id = await findPerson(gateway, text, by, services);
    if (id !== undefined) return { kind: 'person', id };
  }
  for (const by of meanings) {
    if (!('identity' in by)) continue;
    const { identity } = await gateway.ask(accountBy, { by: by.identity });
    if (identity !== null) return { kind: 'account', id: identity.id };
  }
  throw await unknown(gateway, text, meanings, services);
}

async function findById(gateway: Gateway, id: string, type: string): Promise<Found> {
  if (type !== 'Identity') throw new UserError(`that is the id of a ${type}: give the id of a person or of an account`);
  const { node } = await gateway.ask(accountById, { id });
  if (node === null) throw new UserError('no account has this id (any more)', exitCodes.nothing);
  return node.user === null ? { kind: 'account', id: node.id } : { kind: 'person', id: node.user.id };
}

async function findPerson(gateway: Gateway, text: string, by: UserBy, services: readonly Service[]): Promise<string | undefined> {
  try {
    return (await gateway.ask(userBy, { by })).user?.id;
  } catch (error) {
    if (!(error instanceof QueryError) || error.code !== 'CONFLICT') throw error;
    throw new UserError(several(text, await candidates(gateway, by, services)), exitCodes.nothing);
  }
}

async function candidates(gateway: Gateway, by: UserBy, services: readonly Service[]): Promise<readonly string[]> {
  if ('identity' in by) return accountsOfThatId(gateway, by.identity, services);
  if ('id' in by) return [];
  const { users } = await gateway.ask(namesakes, { filter: 'email' in by ? { email: by.email } : { search: by.username } });
  return users.nodes.filter(({ username }) => !('username' in by) || username === by.username).map(described);
}

async function accountsOfThatId(
  gateway: Gateway,
  { service: type, externalId }: IdentityRef,
  services: readonly Service[],
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const service of services) {
    if (service.type !== type || service.serviceId === null) continue;
    const { identity } = await gateway.ask(accountBy, { by: { service: type, serviceId: service.serviceId, externalId } });
    if (identity !== null) lines.push(`${serviceText(service)}/${externalId}  ${identity.user === null ? 'nobody' : described(identity.user)}`);
  }
  return lines;
}

const several = (text: string, lines: readonly string[]): string =>
  [`several people are known as ${JSON.stringify(text)}: ask again with one of these`, ...lines].join('\n  ');

const described = ({ id, displayName, primaryEmail }: Person): string =>
  plain(`${id}  ${displayName ?? 'no name'}${primaryEmail === null ? '' : ` <${primaryEmail}>`}`);

const shownGuesses = 5;

async function unknown(gateway: Gateway, text: string, meanings: readonly UserBy[], services: readonly Service[]): Promise<UserError> {
  const account = meanings.some((by) => 'identity' in by);
  const instances = services.map(serviceText).join(', ');
  const { users } = account ? { users: { nodes: [] } } : await gateway.ask(namesakes, { filter: { search: text } });
  const guesses = users.nodes.slice(0, shownGuesses).map(described);
  const next =
    guesses.length > 0
      ? 'did you mean one of these?'
      : account
        ? `an account is type:serviceId/externalId; services: ${instances}`
        : `give an e-mail address, an account as type:serviceId/externalId, a user name or an id; services: ${instances === '' ? 'none was read yet' : instances}`;
  return new UserError([`nobody is known as ${JSON.stringify(text)}: ${next}`, ...guesses].join('\n  '), exitCodes.nothing);
}
