// Name the vendor's page here. Only fields that are read; a value of another type than promised counts as absent, except an id: without one there is
// no record.
import { z } from 'zod';

const text = z
  .string()
  .nullish()
  .transform((value) => (value == null || value.trim() === '' ? undefined : value))
  .catch(undefined);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? undefined)
  .catch(undefined);
const id = z.string().min(1);

export const account = z.object({ id, name: text });

export const user = z.object({ id, name: text, email: text, email_verified: flag, active: flag, role: text, created_at: text });
export type WireUser = z.infer<typeof user>;

/** Users are parsed one by one, so that a bad one spoils only itself. */
export const usersPage = z.object({ account: z.object({ id }), users: z.array(z.unknown()), next_cursor: text });
export const userAnswer = z.object({ account: z.object({ id }), user });

export const failure = z.object({ error: text });
