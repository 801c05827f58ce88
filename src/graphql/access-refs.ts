import type { View } from '../directory/view.ts';
import type { AccessPathView, AccessPlace, EffectiveAccessView, Finding, RoleReportCount, RoleReportRow } from '../model/access.ts';
import { keyText, type GrantFilter, type RecordKey } from '../model/views.ts';
import type { GrantFilterInput } from './args.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { serviceOf, type Context } from './context.ts';

// The names of the types that tell of access.

/** One step of a path. */
export interface HopNode {
  readonly identity?: RecordKey;
  readonly group?: RecordKey;
  readonly scope?: RecordKey;
  readonly reason: string;
}

/** A report is what was asked for; its parts are read when they are. */
export interface RoleReportNode {
  readonly input: GrantFilterInput | null | undefined;
  readonly filter: GrantFilter;
  readonly findings: readonly Finding[];
  readonly services: View['services'];
}

export const EffectiveAccessRef = builder.objectRef<EffectiveAccessView>('EffectiveAccess');
export const AccessPathRef = builder.objectRef<AccessPathView>('AccessPath');
export const HopRef = builder.objectRef<HopNode>('Hop');
export const RoleReportRef = builder.objectRef<RoleReportNode>('RoleReport');
export const RoleReportCountRef = builder.objectRef<RoleReportCount>('RoleReportCount');
export const RoleReportRowRef = builder.objectRef<RoleReportRow>('RoleReportRow');

export const EffectiveAccessConnection = connectionOf('EffectiveAccess', EffectiveAccessRef, 'what people may do');
export const RoleReportRowConnection = connectionOf('RoleReportRow', RoleReportRowRef, 'accounts and what they may do', false);

/** What a field of the type Scope answers with: the service itself, or the key of another scope. */
export const scopeAt = (context: Context, { svc, key }: RecordKey) => (key.startsWith('SERVICE/') ? serviceOf(context, svc) : keyText({ svc, key }));

export const scopeOfPlace = (context: Context, place: AccessPlace | undefined) =>
  place?.key === undefined ? undefined : scopeAt(context, { svc: place.svc, key: place.key });
