import type { ZodType } from 'zod';
import type { RejectedRecord } from '../../src/contract/adapter.ts';
import type { RecordKind } from '../../src/contract/records.ts';
import { identified } from './wire.ts';

/** Entities that cannot be read are named by their field, never by a value. */
export function readAll<T>(
  schema: ZodType<T>,
  kind: RecordKind,
  entities: readonly unknown[],
): { readonly items: readonly T[]; readonly rejected: readonly RejectedRecord[] } {
  const items: T[] = [];
  const rejected: RejectedRecord[] = [];
  for (const entity of entities) {
    const parsed = schema.safeParse(entity);
    if (parsed.success) items.push(parsed.data);
    else {
      const reason = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`).join('; ');
      // The key of a membership is made of ids that are missing here.
      rejected.push({ kind, externalId: kind === 'membership' ? undefined : identified.safeParse(entity).data?.id, reason });
    }
  }
  return { items, rejected };
}
