import type { RecordKey, UserOrder } from '../model/views.ts';
import type { CasePosition, MatchCaseRow } from '../store/read/cases.ts';
import { orderColumns, type PersonPosition } from '../store/read/people-list.ts';
import type { PersonRow } from '../store/read/people.ts';
import type { NamedRow, NamePosition, RecordRow } from '../store/read/records.ts';
import type { PositionShape, PositionValue } from './cursor.ts';
import type { ListOrder } from './slice.ts';

// The casts repeat what the shapes have checked.

export const byName: ListOrder<NamedRow, NamePosition> = {
  shape: ['text', 'service', 'text'],
  valuesOf: ({ sort_name, svc, key }) => [sort_name, svc, key],
  toPosition: ([sortName, svc, key]) => ({ sortName: sortName as string, svc: svc as number, key: key as string }),
};

export const byKey: ListOrder<RecordRow, RecordKey> = {
  shape: ['service', 'text'],
  valuesOf: ({ svc, key }) => [svc, key],
  toPosition: ([svc, key]) => ({ svc: svc as number, key: key as string }),
};

export const byOpening: ListOrder<MatchCaseRow, CasePosition> = {
  shape: ['integer', 'text'],
  valuesOf: ({ opened_at, id }) => [opened_at, id],
  toPosition: ([openedAt, id]) => ({ openedAt: openedAt as number, id: id as string }),
};

const valueShapes = {
  displayName: 'text',
  updatedAt: 'integer',
  lastActiveAt: 'integer or null',
} as const satisfies Record<UserOrder['field'], PositionShape[number]>;

export const byPersonField = (field: UserOrder['field']): ListOrder<PersonRow, PersonPosition> => ({
  shape: [valueShapes[field], 'text'],
  valuesOf: (row) => [row[orderColumns[field]], row.id],
  toPosition: ([value, id]: readonly PositionValue[]) => ({ value: value ?? null, id: id as string }),
});
