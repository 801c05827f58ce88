import { roleLevels, scopeKinds } from '../contract/records.ts';
import { findings, grantSources, reportFormats, type Finding, type ReportFormat } from '../model/access.ts';
import type { GrantFilterInput } from './args.ts';
import { dateTimeHint, parseDateTime } from './date-time.ts';
import { badInput } from './errors.ts';
import { nearest } from './nearest.ts';

/** What a report is asked for with, in the address of its export. */
export interface ReportParams {
  readonly format: ReportFormat;
  readonly filter: GrantFilterInput;
  readonly findings: readonly Finding[];
}

const root = '/export/role-report';

export function formatReportPath({ format, filter, findings: asked }: ReportParams): string {
  const params = new URLSearchParams();
  const put = (name: string, value: string | null | undefined): void => {
    if (value !== null && value !== undefined) params.append(name, value);
  };
  for (const { type, serviceId } of filter.services ?? []) put('service', serviceId == null ? type : `${type}:${serviceId}`);
  for (const name of ['minLevel', 'scope', 'scopeKind', 'role', 'user', 'source'] as const) put(name, filter[name]);
  for (const name of ['expiresBefore', 'asOf'] as const) put(name, filter[name] == null ? undefined : new Date(filter[name]).toISOString());
  for (const finding of asked) put('finding', finding);
  const search = params.toString();
  return `${root}.${format.toLowerCase()}${search === '' ? '' : `?${search}`}`;
}

/** @returns undefined when the path is no export's. @throws GraphQLError BAD_USER_INPUT, naming the parameter. */
export function parseReportPath(path: string, search: string): ReportParams | undefined {
  const format = reportFormats.find((each) => path === `${root}.${each.toLowerCase()}`);
  if (format === undefined) return undefined;
  const params = new URLSearchParams(search);
  for (const name of params.keys()) {
    if (!known.includes(name)) {
      const meant = nearest(name, known);
      throw badInput(name, `no such parameter${meant === undefined ? '' : `; did you mean "${meant}"?`}; there are: ${known.join(', ')}`);
    }
  }
  const one = (name: string): string | undefined => {
    const values = params.getAll(name);
    if (values.length > 1) throw badInput(name, 'give it once');
    return values[0];
  };
  const oneOf = <T extends string>(name: string, values: readonly T[]): T | undefined => {
    const text = one(name);
    return text === undefined ? undefined : chosen(name, text, values);
  };
  const filter: GrantFilterInput = {
    services: params.has('service') ? params.getAll('service').map(toService) : undefined,
    minLevel: oneOf('minLevel', roleLevels),
    scope: one('scope'),
    scopeKind: oneOf('scopeKind', scopeKinds),
    role: one('role'),
    user: one('user'),
    source: oneOf('source', grantSources),
    expiresBefore: toInstant('expiresBefore', one('expiresBefore')),
    asOf: toInstant('asOf', one('asOf')),
  };
  return { format, filter, findings: params.getAll('finding').map((text) => chosen('finding', text, findings)) };
}

const known = ['service', 'minLevel', 'scope', 'scopeKind', 'role', 'user', 'source', 'expiresBefore', 'asOf', 'finding'];

function chosen<T extends string>(name: string, text: string, values: readonly T[]): T {
  const value = values.find((each) => each === text);
  if (value === undefined) throw badInput(name, `must be one of ${values.join(', ')}`);
  return value;
}

/** Types hold no colon. */
function toService(text: string): { type: string; serviceId?: string } {
  const colon = text.indexOf(':');
  return colon === -1 ? { type: text } : { type: text.slice(0, colon), serviceId: text.slice(colon + 1) };
}

function toInstant(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const instant = parseDateTime(text);
  if (instant === undefined) throw badInput(name, dateTimeHint);
  return instant;
}
