import type { CreateSandbox, Refusal, SandboxRequest, SandboxResponse } from '../../src/contract/sandbox.ts';
import { tablesOf } from './sandbox-data.ts';
import { encodeDenormalised, encodeNormalised } from './sandbox-encode.ts';
import { runQuery } from './sandbox-evaluate.ts';
import { parseQuery } from './sandbox-query.ts';
import { describeSchemas, schemasOf, type ProjectRoleShape } from './sandbox-schema.ts';
import { QueryError } from './sandbox-tokens.ts';

/** A key of its owner's, which works with that user name only. */
const credentials = { apiUser: 'sandbox.reader@example.com', apiKey: 'c2FuZGJveC1mdHJhY2sta2V5' };

const writes: ReadonlySet<unknown> = new Set([
  'create',
  'update',
  'delete',
  'add_user_security_role',
  'remove_user_security_role',
  'update_user_security_role',
  'grant_user_security_role_project',
  'revoke_user_security_role_project',
  'send_user_invite',
]);

/** A refusal of the whole request, by the service's name for it. */
class Refused extends Error {
  override readonly name = 'Refused';
  readonly exception: string;
  constructor(exception: string, content: string) {
    super(content);
    this.exception = exception;
  }
}

/** Today's batch API with a key that may only read. */
export const createFtrackSandbox: CreateSandbox = (instance, options) => createFtrackSandboxOf('today')(instance, options);

/** The batch API with project roles in today's shape or in that of the vendor's older guide. */
export const createFtrackSandboxOf =
  (shape: ProjectRoleShape): CreateSandbox =>
  (instance, options = {}) => {
    const schemas = schemasOf(shape);
    const tables = tablesOf(instance);
    const maxPageSize = options.maxPageSize ?? Infinity;

    function handle(request: SandboxRequest): SandboxResponse {
      if (request.path !== '/api') return page(404, 'Not Found');
      if (request.method !== 'POST') return page(405, 'Method Not Allowed');
      try {
        authenticate(request);
        return { status: 200, body: answer(operationsOf(request), isDenormalised(request)) };
      } catch (error) {
        if (error instanceof Refused) return failed(error.exception, error.message, request);
        if (error instanceof QueryError) return failed('ParseError', error.message, request);
        throw error;
      }
    }

    function answer(operations: readonly Operation[], denormalised: boolean): object {
      const queries = operations.map((operation) => (operation.action === 'query' ? query(operation) : undefined));
      const asked = queries.filter((found) => found !== undefined);
      const encoded = denormalised ? asked.map((found) => encodeDenormalised(found, tables, schemas)) : encodeNormalised(asked, tables, schemas);
      const data = new Map(asked.map((found, at) => [found, encoded[at]]));
      return operations.map((operation, at) => {
        const found = queries[at];
        if (found !== undefined) return { action: 'query', data: data.get(found), metadata: { next: { offset: found.next } } };
        if (operation.action === 'query_schemas') return describeSchemas(schemas);
        return serverInformation(operation['values']);
      });
    }

    function query({ expression }: Operation) {
      if (typeof expression !== 'string') throw new Refused('ValidationError', 'Query operations need an expression.');
      const parsed = parseQuery(expression, schemas);
      return { ...runQuery(parsed, tables, maxPageSize), projections: parsed.projections };
    }

    function serverInformation(values: unknown): object {
      const whole = {
        version: '25.11.1',
        schema_hash: shape === 'today' ? '23a1157b8b1730fd91c76f63dcd67a8f' : '7f0c1d5a5b0e4f6f9c4a2b1e8d3c6a90',
        storage_scenario: { scenario: 'ftrack.automatic', data: {} },
        is_timezone_support_enabled: true,
        is_nested_subqueries_enabled: true,
        user_information: { username: credentials.apiUser },
      };
      return Array.isArray(values) ? Object.fromEntries(Object.entries(whole).filter(([name]) => values.includes(name))) : whole;
    }

    return { basePath: '', settings: { site: instance.serviceId, credentials }, handle, refuse };
  };

interface Operation {
  readonly action: unknown;
  readonly [field: string]: unknown;
}

function authenticate({ headers }: SandboxRequest): void {
  if (headers['ftrack-user'] === credentials.apiUser && headers['ftrack-api-key'] === credentials.apiKey) return;
  throw new Refused('InvalidCredentialsError', 'The supplied API key is not valid.');
}

function operationsOf({ headers, body }: SandboxRequest): readonly Operation[] {
  if (!/^application\/json\b/.test(headers['content-type'] ?? '')) throw new Refused('ValidationError', 'Content-Type must be application/json.');
  if (!/\bapplication\/json\b|\*\/\*/.test(headers['accept'] ?? '')) throw new Refused('ValidationError', 'Accept must be application/json.');
  const operations: unknown = parseJson(body);
  if (!Array.isArray(operations)) throw new Refused('ValidationError', 'The body must be a list of operations.');
  return operations.map((operation: unknown): Operation => {
    if (typeof operation !== 'object' || operation === null || !('action' in operation))
      throw new Refused('ValidationError', 'An operation needs an action.');
    if (writes.has(operation.action)) throw new Refused('PermissionError', "The API key's role may only read.");
    if (!['query', 'query_schemas', 'query_server_information'].includes(String(operation.action)))
      throw new Refused('ValidationError', 'The action is not known.');
    return { ...operation };
  });
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new Refused('ValidationError', 'The body must be JSON.');
  }
}

const isDenormalised = ({ headers }: SandboxRequest): boolean => /\bdenormalize[:=]1\b/.test(headers['ftrack-api-options'] ?? '');

const strictStatuses: Readonly<Record<string, number>> = {
  InvalidCredentialsError: 401,
  PermissionError: 403,
  ValidationError: 400,
  ParseError: 400,
  DuplicateEntryError: 409,
};

/** One object instead of the list; with status 200 unless strict mode is asked for. */
function failed(exception: string, content: string, { headers }: SandboxRequest): SandboxResponse {
  const isStrict = headers['ftrack-strict-api'] === 'true' || /\bstrict[:=]1\b/.test(headers['ftrack-api-options'] ?? '');
  return { status: isStrict ? (strictStatuses[exception] ?? 400) : 200, body: { exception, content, error_code: null } };
}

const page = (status: number, title: string): SandboxResponse => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: `<html><head><title>${status} ${title}</title></head></html>`,
});

/** Limits and outages are the doing of what stands before the site. */
function refuse(refusal: Refusal, request: SandboxRequest): SandboxResponse {
  switch (refusal.kind) {
    case 'unauthorized':
      return failed('InvalidCredentialsError', 'The supplied API key is not valid.', request);
    case 'forbidden':
      return failed('PermissionError', 'Permission denied.', request);
    case 'not-found':
      return page(404, 'Not Found');
    case 'conflict':
      return failed('DuplicateEntryError', 'The entity exists already.', request);
    case 'rate-limited':
      return {
        ...page(429, 'Too Many Requests'),
        headers: {
          'content-type': 'text/html; charset=utf-8',
          ...(refusal.retryAfterSeconds !== undefined && { 'retry-after': String(refusal.retryAfterSeconds) }),
        },
      };
    case 'unavailable':
      return page(503, 'Service Temporarily Unavailable');
  }
}
