import type { CredentialKind, InviteStatus, PrincipalKey, ScopeKey, ScopeKind } from './records.ts';

/**
 * The protocol of one service, without sockets: `src/sandbox` puts it on a loopback port, logs the calls and plays the faults.
 * It is as strict as the service: wrong tokens, unknown ids, bad input, page limits and odd content types as the vendor documents them.
 */
export interface Sandbox {
  /** Path of the base address, such as `/api/v1`; empty for the root. */
  readonly basePath: string;
  /** Settings (`credentials`, and what else the adapter needs) that this sandbox accepts; `baseUrl` is added by whoever serves it. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** `path` is below `basePath`, with its leading slash. */
  handle(request: SandboxRequest): SandboxResponse;
  /** The service's own way of refusing, for faults on demand. */
  refuse(refusal: Refusal, request: SandboxRequest): SandboxResponse;
}

export type Refusal =
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds: number | undefined }
  | { readonly kind: 'unavailable' };

export interface SandboxRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface SandboxResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it stands; an object goes out as JSON with `application/json` unless a content-type is given; null is no body. */
  readonly body: string | object | null;
}

/** Options of a sandbox that tests turn. */
export interface SandboxOptions {
  /** Smaller pages than the service's, to make many of them out of few people. */
  readonly maxPageSize?: number;
}

export type CreateSandbox = (instance: DemoInstance, options?: SandboxOptions) => Sandbox;

/**
 * What one service of the demo company holds. Arrays are replaced, never changed in place: a sandbox may index an array by its identity.
 * Role, status and id words are the service's own.
 */
export interface DemoInstance {
  readonly type: string;
  readonly serviceId: string;
  readonly displayName: string;
  accounts: readonly DemoAccount[];
  groups: readonly DemoGroup[];
  roles: readonly DemoRole[];
  scopes: readonly DemoScope[];
  grants: readonly DemoGrant[];
  invites: readonly DemoInvite[];
  credentials: readonly DemoCredential[];
}

export interface DemoAccount {
  readonly externalId: string;
  readonly kind: 'HUMAN' | 'BOT';
  readonly status: 'INVITED' | 'ACTIVE' | 'SUSPENDED';
  /** Absent: the account has no address. */
  readonly email?: string;
  /** Whether the service knows that the holder proved the address. */
  readonly emailProven: boolean;
  /** Came in through the company's single sign-on. */
  readonly sso: boolean;
  readonly firstName: string;
  readonly lastName: string;
  readonly displayName: string;
  readonly username: string;
  /** The service's own word for the base role; empty where the service has none. */
  readonly role: string;
  readonly title?: string;
  readonly mfa: boolean;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastActiveAt?: number;
  readonly declared: readonly { readonly type: string; readonly serviceId: string; readonly externalId: string }[];
}

export interface DemoGroup {
  readonly externalId: string;
  readonly name: string;
  readonly handle: string;
  readonly disabled: boolean;
  readonly parents: readonly string[];
  readonly members: readonly { readonly externalId: string; readonly role?: string }[];
}

export interface DemoRole {
  readonly externalId: string;
  readonly name: string;
  readonly category?: string;
  readonly permissions: readonly string[];
}

export interface DemoScope {
  readonly kind: Exclude<ScopeKind, 'SERVICE'>;
  readonly externalId: string;
  readonly name: string;
  readonly parent?: ScopeKey;
  readonly resourceType?: string;
}

export interface DemoGrant {
  readonly externalId: string;
  readonly principal: PrincipalKey;
  /** externalId of a DemoRole. */
  readonly role: string;
  /** Absent: every scope of the kind. */
  readonly scope?: ScopeKey;
}

export interface DemoInvite {
  readonly externalId: string;
  readonly email: string;
  readonly status: InviteStatus;
  readonly role: string;
  readonly scope?: ScopeKey;
}

export interface DemoCredential {
  readonly kind: CredentialKind;
  readonly externalId: string;
  readonly account: string;
  readonly name: string;
  readonly createdAt: number;
  readonly expiresAt?: number;
}
