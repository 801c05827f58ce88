import { expect, test } from 'vitest';
import { checks, readChecks } from './checks.ts';
import {
  bareLists,
  emptyAnswers,
  exceptions,
  extraAccounts,
  freeForm,
  optionalListings,
  requiredFields,
  scopesByGrants,
  widerFields,
} from './exceptions.ts';
import { findSubjects } from './subject.ts';
import { conforms } from './suite.ts';

const subjects = findSubjects();
for (const subject of subjects) conforms(subject, readChecks);

test('every exception names an adapter, a check and a reason', () => {
  const types = new Set(subjects.map(({ type }) => type));
  const ids = new Set(checks.map(({ id }) => id));
  expect(ids.size).toBe(checks.length);
  for (const { check } of exceptions) expect(ids).toContain(check);
  const byType = [...freeForm, ...bareLists, ...scopesByGrants, ...[...extraAccounts].map(([type, { why }]) => [type, why] as const)];
  const reasons = [
    ...exceptions,
    ...requiredFields,
    ...emptyAnswers,
    ...optionalListings,
    ...widerFields,
    ...byType.map(([type, why]) => ({ type, why })),
  ];
  for (const { type, why } of reasons) {
    expect(types).toContain(type);
    expect(why).toMatch(/\w+ \w+/);
  }
});
