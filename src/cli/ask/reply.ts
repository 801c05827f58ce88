import { z } from 'zod';
import { exitCodes, UserError } from '../exit.ts';
import { QueryError, type Question } from './question.ts';

const reply = z.object({
  data: z.unknown(),
  errors: z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }).optional() })).optional(),
});

/**
 * The answer in a GraphQL response.
 * @param from who sent it, for the message when it is nothing that Rollcall would send.
 * @throws QueryError what the API says is wrong. @throws UserError
 */
export function readReply<Variables, Answer>({ answer }: Question<Variables, Answer>, body: unknown, from: string): Answer {
  const parsed = reply.safeParse(body);
  if (!parsed.success) throw new UserError(`what answers at ${from} is not Rollcall: give the address of its API with --url`, exitCodes.failed);
  const { data, errors } = parsed.data;
  const [error] = errors ?? [];
  if (error !== undefined) throw refusal(error, from);
  const checked = answer.safeParse(data);
  if (checked.success) return checked.data;
  const [problem] = checked.error.issues;
  throw otherVersion(from, `${problem?.path.join('.') ?? 'data'}: ${problem?.message ?? 'unexpected'}`);
}

function refusal({ message, extensions }: { message: string; extensions?: { code: string } | undefined }, from: string): Error {
  const code = extensions?.code ?? 'INTERNAL_SERVER_ERROR';
  if (code === 'GRAPHQL_VALIDATION_FAILED' || code === 'GRAPHQL_PARSE_FAILED') return otherVersion(from, message);
  if (code === 'UNAUTHENTICATED') return new UserError(`${message}: put an API key into ROLLCALL_KEY`, exitCodes.failed);
  return new QueryError(code, message);
}

const otherVersion = (from: string, what: string): UserError =>
  new UserError(`${from} answers otherwise than this command expects (${what}): use the version of rollcall that runs there`, exitCodes.failed);
