import { builder } from '../builder.ts';

export interface UserError {
  readonly code: string;
  readonly field: readonly string[];
  readonly message: string;
}

export const UserErrorRef = builder.objectRef<UserError>('UserError').implement({
  description: 'Something about a request that the caller can mend.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'One of the codes that `extensions.code` of an error may hold.' }),
    field: t.stringList({ nullable: true, description: 'Path of the argument that is to blame.', resolve: (error) => [...error.field] }),
    message: t.exposeString('message', { description: 'What is wrong, and the next step.' }),
  }),
});
