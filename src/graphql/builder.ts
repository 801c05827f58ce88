import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import { GraphQLDateTime } from 'graphql-scalars';
import { Kind } from 'graphql';
import type { Instant, JsonValue } from '../contract/records.ts';
import type { Context } from './context.ts';
import { costOfField } from './cost.ts';

interface Settings {
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Instant; Output: Instant };
    JSON: { Input: never; Output: JsonValue };
  };
}

/** The type parameter of the builder's parts. */
export type SchemaTypes = PothosSchemaTypes.ExtendDefaultTypes<Settings>;

export const builder = new SchemaBuilder<Settings>({
  plugins: [ComplexityPlugin],
  defaultFieldNullability: false,
  // The run-time check of the plugin answers 200 and one error per root field; src/server/limits.ts asks for the cost before execution instead.
  complexity: { disabled: true, fieldComplexity: costOfField },
});

builder.queryType({ description: 'What the directory knows. Every answer comes from the newest sealed read of each service.' });
builder.mutationType({ description: 'What can be asked of the directory beyond reading.' });

builder.scalarType('DateTime', {
  description: 'A moment in UTC by RFC 3339, such as `2026-01-31T12:00:00.000Z`. As an argument any offset may be given.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (value) => new Date(value).toISOString(),
  parseValue: toInstant,
  // Takes one parameter on purpose: graphql-jit warns on stderr about literal parsers that take variables (graphql-jit, ast.ts).
  parseLiteral: (node) => toInstant(node.kind === Kind.STRING ? node.value : undefined),
});

builder.scalarType('JSON', {
  description: 'Any JSON value, in the words of the service. Only in answers.',
  serialize: (value) => value,
  parseValue: () => {
    throw new TypeError('JSON is no input type');
  },
});

function toInstant(value: unknown): Instant {
  const date: unknown = GraphQLDateTime.parseValue(value);
  if (!(date instanceof Date)) throw new TypeError('DateTime: give a moment by RFC 3339, such as 2026-01-31T12:00:00Z');
  return date.getTime();
}
