import type { z } from 'zod';

/** One query, and what its answer must look like: checked, for a server may be of another version. */
export interface Question<Variables, Answer> {
  readonly document: string;
  readonly answer: z.ZodType<Answer>;
  /** Only the type is of use. */
  readonly variables?: Variables;
}

export const question =
  <Variables>() =>
  <Answer>(document: string, answer: z.ZodType<Answer>): Question<Variables, Answer> => ({ document, answer });

/** Puts questions to a running server or to the store itself; the answer is the same. */
export interface Gateway extends AsyncDisposable {
  /** @throws QueryError when it was refused; UserError when nobody answers. */
  ask<Variables extends object, Answer>(question: Question<Variables, Answer>, variables: Variables): Promise<Answer>;
}

/** The API's own word on why a query was refused. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
