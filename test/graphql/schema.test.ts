import { readFileSync } from 'node:fs';
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  validateSchema,
  type GraphQLNamedType,
} from 'graphql';
import { expect, test } from 'vitest';
import { printedSchema, schemaFile } from '../../src/graphql/print-schema.ts';
import { schema } from '../../src/graphql/schema.ts';

test('schema.graphql is what the code prints (npm run schema)', () => {
  expect(readFileSync(schemaFile, 'utf8')).toBe(printedSchema());
});

test('the schema is valid', () => expect(validateSchema(schema)).toEqual([]));

const ours = Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type));

test('everything is described', () => {
  const silent = ours.flatMap((type) => [
    ...(type.description ? [] : [type.name]),
    ...membersOf(type).flatMap(({ name, description, args }) => [
      ...(description ? [] : [`${type.name}.${name}`]),
      ...args.flatMap((arg) => (arg.description ? [] : [`${type.name}.${name}(${arg.name}:)`])),
    ]),
  ]);
  expect(silent).toEqual([]);
  expect(ours.length).toBeGreaterThan(50);
});

interface Member {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly args: readonly { readonly name: string; readonly description?: string | null | undefined }[];
}

function membersOf(type: GraphQLNamedType): readonly Member[] {
  if (isEnumType(type)) return type.getValues().map((value) => ({ ...value, args: [] }));
  if (isInputObjectType(type)) return Object.values(type.getFields()).map((field) => ({ ...field, args: [] }));
  return isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
}

test('no field and no argument is made for a secret', () => {
  const names = ours.flatMap((type) => membersOf(type).flatMap(({ name, args }) => [name, ...args.map((arg) => arg.name)]));
  // The policy is the rules, not a password.
  const allowed = new Set(['passwordPolicy']);
  expect(names.filter((name) => /token|secret|password|apikey|authorization/i.test(name) && !allowed.has(name))).toEqual([]);
});
