import type { CreateSandbox, Refusal, SandboxRequest, SandboxResponse } from '../../src/contract/sandbox.ts';
import { createViews } from './sandbox-data.ts';

const token = 'sgp_sandbox-not-a-real-token';
const mediaTypes = [
  'application/json',
  'application/vnd.segment.v1+json',
  'application/vnd.segment.v1beta+json',
  'application/vnd.segment.v1alpha+json',
];
const largestCount = 1000;
const usualCount = 200;

/** The IAM part of the Public API v1 for one workspace, with a token that may read. */
export const createSegmentSandbox: CreateSandbox = (instance, options = {}) => {
  const pageSize = options.maxPageSize ?? largestCount;
  const views = createViews(instance);

  function handle(request: SandboxRequest): SandboxResponse {
    if (request.headers['authorization'] !== `Bearer ${token}`) return unauthorized('Unauthorized');
    const type = chooseType(request.headers['accept'] ?? '*/*');
    if (type === undefined) return failed(406, 'not-acceptable', `Accept must allow one of ${mediaTypes.join(', ')}`);
    if (request.method !== 'GET') return unauthorized('The token may only read');
    const segments = segmentsOf(request.path);
    const tooLong = segments.find((segment) => segment.length > 255);
    if (tooLong !== undefined) return invalid('id', 'must be 1 to 255 characters long');
    const response = answer(segments, request) ?? notFound();
    return { ...response, headers: { ...response.headers, 'content-type': type } };
  }

  function answer([folder = '', id, part, ...rest]: readonly string[], request: SandboxRequest): SandboxResponse | undefined {
    if (rest.length > 0) return undefined;
    if (id === undefined) return answerRoot(folder, request);
    if (folder === 'users') return answerUser(id, part, request);
    return folder === 'groups' ? answerGroup(id, part, request) : undefined;
  }

  function answerRoot(folder: string, request: SandboxRequest): SandboxResponse | undefined {
    switch (folder) {
      case '':
        return ok({ workspace: views.workspace() });
      case 'users':
        return list(request, pageSize, 'users', instance.accounts, views.showUser);
      case 'groups':
        return list(request, pageSize, 'userGroups', instance.groups, views.showGroup);
      case 'roles':
        return list(request, pageSize, 'roles', instance.roles, views.showRole);
      case 'invites': {
        const open = instance.invites.filter(({ status }) => status === 'PENDING');
        return list(request, pageSize, 'invites', open, ({ email }) => email);
      }
      default:
        return undefined;
    }
  }

  function answerUser(id: string, part: string | undefined, request: SandboxRequest): SandboxResponse | undefined {
    const account = views.account(id);
    if (account === undefined) return undefined;
    if (part === undefined) return ok({ user: views.showUser(account) });
    if (part !== 'groups') return undefined;
    return list(request, pageSize, 'groups', views.groupsOfAccount(id), ({ externalId, name }) => ({ id: externalId, name }));
  }

  function answerGroup(id: string, part: string | undefined, request: SandboxRequest): SandboxResponse | undefined {
    const group = views.group(id);
    if (group === undefined) return undefined;
    if (part === undefined) return ok({ userGroup: views.showGroup(group) });
    if (part === 'users') return list(request, pageSize, 'users', views.membersOf(group), views.showMember);
    return part === 'invites' ? list(request, pageSize, 'emails', [], (email) => email) : undefined;
  }

  return { basePath: '', settings: { credentials: { token } }, handle, refuse };
};

/** The first media type that the caller names and the API knows. */
function chooseType(accept: string): string | undefined {
  const named = accept.split(',').map((entry) => entry.split(';', 1)[0]?.trim().toLowerCase() ?? '');
  const known = named.find((type) => mediaTypes.includes(type));
  return known ?? (named.some((type) => type === '*/*' || type === 'application/*') ? mediaTypes[0] : undefined);
}

/** A path that is no text leads nowhere. */
function segmentsOf(path: string): readonly string[] {
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return ['%'];
  }
}

function list<T>(request: SandboxRequest, pageSize: number, name: string, entries: readonly T[], show: (entry: T) => unknown): SandboxResponse {
  const { count = String(usualCount), cursor } = paginationOf(request.query);
  if (!/^\d{1,4}$/.test(count) || Number(count) < 1 || Number(count) > largestCount) {
    return invalid('pagination.count', `must be a whole number from 1 to ${largestCount}`);
  }
  const offset = cursor === undefined ? 0 : parseCursor(cursor);
  if (offset === undefined) return invalid('pagination.cursor', 'is not a cursor of this list');
  const size = Math.min(Number(count), pageSize);
  const end = offset + size;
  const pagination = {
    current: formatCursor(offset),
    ...(end < entries.length && { next: formatCursor(end) }),
    ...(offset > 0 && { previous: formatCursor(Math.max(0, offset - size)) }),
    totalEntries: entries.length,
  };
  return ok({ [name]: entries.slice(offset, end).map(show), pagination });
}

/** Brackets (the vendor's TypeScript client), dots (its pages), or one parameter of JSON. */
function paginationOf(query: URLSearchParams): { readonly count?: string; readonly cursor?: string } {
  const whole = parseObject(query.get('pagination'));
  const read = (name: string): string | undefined => {
    const inWhole = whole[name];
    const value = query.get(`pagination[${name}]`) ?? query.get(`pagination.${name}`);
    return value ?? (typeof inWhole === 'string' || typeof inWhole === 'number' ? String(inWhole) : undefined);
  };
  const [count, cursor] = [read('count'), read('cursor')];
  return { ...(count !== undefined && { count }), ...(cursor !== undefined && { cursor }) };
}

function parseObject(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Cursors are offsets in base64: the vendor's samples are `MA==` and `Mw==`. */
const formatCursor = (offset: number): string => Buffer.from(String(offset)).toString('base64');

function parseCursor(cursor: string): number | undefined {
  const text = Buffer.from(cursor, 'base64').toString();
  return /^(?:0|[1-9]\d{0,8})$/.test(text) && formatCursor(Number(text)) === cursor ? Number(text) : undefined;
}

function refuse(refusal: Refusal): SandboxResponse {
  switch (refusal.kind) {
    case 'rate-limited':
      return tooMany(refusal.retryAfterSeconds);
    case 'not-found':
      return notFound();
    case 'conflict':
      return failed(409, 'conflict', 'The resource already exists');
    case 'unavailable':
      return failed(503, 'unavailable', 'Service unavailable');
    default:
      // Rights that are missing have no status of their own.
      return unauthorized('Unauthorized');
  }
}

const ok = (data: object): SandboxResponse => ({ status: 200, body: { data } });
const unauthorized = (message: string): SandboxResponse => failed(401, 'unauthorized', message);
const notFound = (): SandboxResponse => failed(404, 'not-found', 'Resource not found');
const invalid = (field: string, message: string): SandboxResponse => failed(422, 'input-validation', message, { field });

function failed(status: number, type: string, message: string, more: object = {}): SandboxResponse {
  return { status, body: { errors: [{ type, message, ...more }] } };
}

function tooMany(seconds: number | undefined): SandboxResponse {
  if (seconds === undefined) return failed(429, 'RequestError', 'Too many requests');
  const data = { remainingPoints: 0, msBeforeNext: seconds * 1000, consumedPoints: 61 };
  return { ...failed(429, 'RequestError', 'Too many requests', { data }), headers: { 'retry-after': String(seconds) } };
}
