import { z } from 'zod';
import { scopeKinds, roleLevels } from '../../contract/records.ts';

// What several documents ask for: a GraphQL selection, and the shape of what comes back.

export const level = z.enum(roleLevels);
export const scopeKind = z.enum(scopeKinds);

export const serviceFields = 'type serviceId displayName';
export const service = z.object({ type: z.string(), serviceId: z.string().nullable(), displayName: z.string() });
export type Service = z.infer<typeof service>;

export const coverageFields = `service { ${serviceFields} } state asOf issue { code message }`;
export const coverage = z.object({
  service,
  state: z.string(),
  asOf: z.string().nullable(),
  issue: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type Coverage = z.infer<typeof coverage>;

export const scopeFields = 'id kind displayName';
export const scope = z.object({ id: z.string(), kind: scopeKind, displayName: z.string() });
export type Scope = z.infer<typeof scope>;

export const personFields = 'id displayName primaryEmail';
export const person = z.object({ id: z.string(), displayName: z.string().nullable(), primaryEmail: z.string().nullable() });
export type Person = z.infer<typeof person>;

export const accountFields = 'externalId displayName username status';
export const account = z.object({
  externalId: z.string(),
  displayName: z.string().nullable(),
  username: z.string().nullable(),
  status: z.string(),
});
export type Account = z.infer<typeof account>;

export const roleFields = 'name';
export const role = z.object({ name: z.string() });
