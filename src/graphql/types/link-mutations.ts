import { GraphQLError } from 'graphql';
import { builder } from '../builder.ts';
import { free } from '../cost.ts';
import { IdentityInputRef } from '../args.ts';
import { renew, type Context } from '../context.ts';
import { MatchDecisionEnum } from '../enums.ts';
import { badInput } from '../errors.ts';
import { IdentityFilterRef, toIdentityFilter } from '../identity-filter.ts';
import { AuditEventRef, IdentityRef, MatchCaseRef, UserRef } from '../refs.ts';
import { toAccountRef, toOwnId, toUserId } from '../selectors.ts';
import { UserErrorRef } from './user-error.ts';
import type { Decider, LinkOutcome } from '../../directory/link-desk.ts';
import { localOperator } from '../../model/audit.ts';
import { formatNodeId } from '../../model/global-id.ts';
import type { Refusal } from '../../model/refusal.ts';
import { keyText } from '../../model/views.ts';

const LinkPayloadRef = builder.objectRef<LinkOutcome>('LinkPayload').implement({
  description: 'What became of a decision about whose accounts are whose.',
  fields: (t) => ({
    user: t.field({ type: UserRef, nullable: true, description: 'The person concerned, where it is one.', resolve: ({ userId }) => userId }),
    identities: t.field({
      type: [IdentityRef],
      description: 'The accounts concerned, as they stand now.',
      resolve: ({ identities }) => identities.map(keyText),
    }),
    cases: t.field({
      type: [MatchCaseRef],
      description: 'The match cases that the decision settled or opened again.',
      resolve: ({ cases }) => [...cases],
    }),
    event: t.field({
      type: AuditEventRef,
      nullable: true,
      description: 'The one event of the decision, by which `revertLinkChange` takes it back; null when nothing changed.',
      resolve: ({ eventId }) => eventId,
    }),
    userErrors: t.field({
      type: [UserErrorRef],
      description: 'What the caller can mend; empty when all went well.',
      complexity: free,
      resolve: ({ errors }) => errors.map(toUserError),
    }),
  }),
});

/** Ids in the path of an error are those of the API. */
const toUserError = ({ code, field, message }: Refusal) => ({
  code,
  field: field[0] === 'cases' && field[1] !== undefined ? ['cases', formatNodeId({ type: 'MatchCase', id: field[1] })] : field,
  message,
});

/** Decides, and lets the rest of the operation see what came of it. */
async function decide(context: Context, note: string | null | undefined, act: (by: Decider) => Promise<LinkOutcome>): Promise<LinkOutcome> {
  try {
    const outcome = await act({ actor: localOperator, note: note ?? undefined, requestId: context.requestId });
    renew(context);
    await context.view();
    return outcome;
  } catch (error) {
    if (!(error instanceof GraphQLError) || error.extensions['code'] !== 'BAD_USER_INPUT') throw error;
    const [where = ''] = error.message.split(':');
    const errors = [{ code: 'BAD_USER_INPUT', field: where.split(/[.[\]]+/).filter((part) => part !== ''), message: error.message }] as const;
    return { eventId: undefined, userId: undefined, identities: [], cases: [], errors };
  }
}

const maxDecided = 1000;

function toMatches(cases: readonly string[] | undefined, limit: number | null | undefined) {
  if (cases !== undefined) atMost(cases, maxDecided, 'cases');
  const wanted = limit ?? 100;
  if (wanted < 1 || wanted > maxDecided) throw badInput('limit', `must be from 1 to ${maxDecided}`);
  return { cases, limit: wanted };
}

function atMost(values: readonly unknown[], most: number, where: string): void {
  if (values.length > most) throw badInput(where, `${values.length} are too many: name at most ${most} at once`);
}

const noteText = 'Why; kept with the decision.';

builder.mutationFields((t) => ({
  linkIdentity: t.field({
    type: LinkPayloadRef,
    description:
      'Says whose an account is. The rules never undo it; a person left without accounts becomes one with this one. A bot gets its owner in the same way.',
    args: {
      identity: t.arg({ type: IdentityInputRef, required: true, description: 'The account.' }),
      user: t.arg.id({ required: true, description: 'The person.' }),
      note: t.arg.string({ description: noteText }),
    },
    resolve: (_root, { identity: { service, serviceId, externalId }, user, note }, context) =>
      decide(context, note, async (by) =>
        context.desk.linkIdentity({ service: { type: service, serviceId: serviceId ?? undefined }, externalId }, toUserId(user, 'user'), by),
      ),
  }),
  unlinkIdentity: t.field({
    type: LinkPayloadRef,
    description: 'Says that an account is not its person’s. No rule ties it to that person again.',
    args: { identity: t.arg.id({ required: true, description: 'The account, by its id.' }), note: t.arg.string({ description: noteText }) },
    resolve: (_root, { identity, note }, context) =>
      decide(context, note, async (by) => context.desk.unlinkIdentity(toAccountRef(identity, 'identity'), by)),
  }),
  decideMatches: t.field({
    type: LinkPayloadRef,
    description:
      'Decides match cases in bulk, as one decision. CONFIRM links the account to the only, or the likeliest, candidate; a case without one stays open and is a user error. REJECT says that none of the candidates holds it.',
    args: {
      cases: t.arg.idList({ description: 'These cases: at most 1000.' }),
      filter: t.arg({
        type: IdentityFilterRef,
        description: 'Or the open cases of these accounts. Here names agree when the account’s equals that of every candidate.',
      }),
      decision: t.arg({ type: MatchDecisionEnum, required: true, description: 'Whether the account is the candidate’s.' }),
      limit: t.arg.int({ description: 'With `filter`: how many cases at most, the oldest first; 1 to 1000, 100 when not given.' }),
    },
    resolve: (_root, { cases, filter, decision, limit }, context) =>
      decide(context, undefined, async (by) => {
        if ((cases == null) === (filter == null)) throw badInput('cases', 'give either `cases` or `filter`');
        const chosen = cases?.map((id, index) => toOwnId(id, 'MatchCase', `cases[${index}]`));
        return context.desk.decideMatches(
          { ...toMatches(chosen, limit), filter: filter == null ? undefined : toIdentityFilter(filter), decision },
          by,
        );
      }),
  }),
  mergeUsers: t.field({
    type: LinkPayloadRef,
    description: 'Makes several people one. The accounts move to `into`, whose id lives on; the other ids retire and keep resolving.',
    args: {
      into: t.arg.id({ required: true, description: 'Who they all are. The older id is the better known one.' }),
      from: t.arg.idList({ required: true, description: 'The others: at most 100.' }),
      note: t.arg.string({ description: noteText }),
    },
    resolve: (_root, { into, from, note }, context) =>
      decide(context, note, async (by) => {
        atMost(from, 100, 'from');
        return context.desk.mergeUsers(
          toUserId(into, 'into'),
          from.map((id, index) => toUserId(id, `from[${index}]`)),
          by,
        );
      }),
  }),
  splitUser: t.field({
    type: LinkPayloadRef,
    description: 'Gives some accounts of a person to a new person. No rule puts them together again.',
    args: {
      user: t.arg.id({ required: true, description: 'The person who keeps the other accounts.' }),
      identities: t.arg.idList({ required: true, description: 'The accounts of the new person: at most 100.' }),
      note: t.arg.string({ description: noteText }),
    },
    resolve: (_root, { user, identities, note }, context) =>
      decide(context, note, async (by) => {
        atMost(identities, 100, 'identities');
        return context.desk.splitUser(
          toUserId(user, 'user'),
          identities.map((id, index) => toAccountRef(id, `identities[${index}]`)),
          by,
        );
      }),
  }),
  revertLinkChange: t.field({
    type: LinkPayloadRef,
    description: 'Takes a decision about links back, exactly. Refused while a later decision stands on it: take that one back first.',
    args: { event: t.arg.id({ required: true, description: 'The event of the decision.' }) },
    resolve: (_root, { event }, context) =>
      decide(context, undefined, async (by) => context.desk.revertLinkChange(toOwnId(event, 'AuditEvent', 'event'), by)),
  }),
}));
