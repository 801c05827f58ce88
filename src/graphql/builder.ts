import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import DataloaderPlugin from '@pothos/plugin-dataloader';
import RelayPlugin from '@pothos/plugin-relay';
import { GraphQLError, Kind } from 'graphql';
import type { Instant, JsonValue } from '../contract/records.ts';
import { parseDuration } from '../model/duration.ts';
import type { ServiceView } from '../model/views.ts';
import type { Context } from './context.ts';
import { costOfField, free, row } from './cost.ts';
import { dateTimeHint, parseDateTime } from './date-time.ts';
import { nodeTypeName, type AnyNode } from './node-type.ts';

interface Settings {
  Context: Context;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  /** What a page of a list carries beside its rows. */
  Connection: {
    readonly services: readonly ServiceView[];
    /** Only where counting is cheap. */
    readonly total?: (() => Promise<number>) | undefined;
  };
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Instant; Output: Instant };
    /** Milliseconds. */
    Duration: { Input: number; Output: number };
    JSON: { Input: never; Output: JsonValue };
  };
}

/** The type parameter of the builder's parts. */
export type SchemaTypes = PothosSchemaTypes.ExtendDefaultTypes<Settings>;

export const builder = new SchemaBuilder<Settings>({
  plugins: [RelayPlugin, DataloaderPlugin, ComplexityPlugin],
  defaultFieldNullability: false,
  relay: {
    // The ids are made by src/model/global-id.ts, whole: some need more than a type and a key.
    encodeGlobalID: (_type, id) => String(id),
    idFieldOptions: { description: 'Opaque, stable, unique over all types.' },
    nodeTypeOptions: {
      description: 'Anything that can be fetched again by its id.',
      resolveType: (node) => nodeTypeName(node as AnyNode),
    },
    // A mark on an object would outlive the operation, for the directory may keep what it read.
    brandLoadedObjects: false,
    // Both are in types/node.ts: an id is understood only once a view is open.
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    cursorFieldOptions: { description: 'Points behind this row, for `after`.' },
    nodeFieldOptions: { description: 'The row.' },
    edgesFieldOptions: { description: 'The rows with their cursors.', complexity: free },
    nodesOnConnection: { description: 'The rows.', complexity: row },
    pageInfoFieldOptions: { description: 'Where this page stands in the list.', complexity: free },
    pageInfoTypeOptions: { description: 'Where a page stands in its list.' },
    hasNextPageFieldOptions: { description: 'Whether more follows: page on with `after: endCursor`.' },
    hasPreviousPageFieldOptions: { description: 'Whether the page was asked for behind a cursor.' },
    startCursorFieldOptions: { description: 'Cursor of the first row.' },
    endCursorFieldOptions: { description: 'Cursor of the last row: the `after` of the next page.' },
  },
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

builder.scalarType('Duration', {
  description: 'A length of time: `30s`, `15m`, `2h`, `7d`, or by ISO 8601, such as `PT15M` and `P30D`; without years and months, which vary.',
  serialize: (value) => `PT${value / 1000}S`,
  parseValue: toMilliseconds,
  // One parameter, as above.
  parseLiteral: (node) => toMilliseconds(node.kind === Kind.STRING ? node.value : undefined),
});

builder.scalarType('JSON', {
  description: 'Any JSON value, in the words of the service. Only in answers.',
  serialize: (value) => value,
  parseValue: () => {
    throw new TypeError('JSON is no input type');
  },
});

// Anything but a GraphQLError counts as a failure of ours.

function toInstant(value: unknown): Instant {
  const instant = typeof value === 'string' ? parseDateTime(value) : undefined;
  if (instant === undefined) throw new GraphQLError(`DateTime: ${dateTimeHint}`);
  return instant;
}

function toMilliseconds(value: unknown): number {
  const ms = typeof value === 'string' ? parseDuration(value) : undefined;
  if (ms === undefined) throw new GraphQLError('Duration: give a length of time such as 30s, 15m, 2h, 7d or P30D');
  return ms;
}
