import { z } from 'zod';
import { nearest, type Path } from './problems.ts';

export interface UnknownKey {
  readonly path: Path;
  readonly cause: string;
  readonly fix: string;
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** What a file may say, as JSON Schema: the reading side's input, before defaults and transforms. */
export const inputSchema = (schema: z.ZodType): JsonSchema => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;

/** Keys that no part of the schema knows, each with the nearest one that it does know. */
export function unknownKeys(value: unknown, schema: JsonSchema, alsoKnown: readonly string[], path: Path = []): readonly UnknownKey[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    return typeof items === 'object' ? value.flatMap((item, index) => unknownKeys(item, items, [], [...path, index])) : [];
  }
  if (value === null || typeof value !== 'object') return [];
  const properties = allProperties(schema);
  if (properties === undefined) return [];
  const known = [...properties.keys(), ...alsoKnown];
  return Object.entries(value).flatMap(([key, item]) => {
    const inner = properties.get(key);
    if (inner !== undefined) return unknownKeys(item, inner, [], [...path, key]);
    if (alsoKnown.includes(key)) return [];
    const meant = nearest(key, known);
    return [
      {
        path: [...path, key],
        cause: 'unknown key',
        fix: meant === undefined ? `known here: ${known.toSorted().join(', ')}` : `did you mean "${meant}"?`,
      },
    ];
  });
}

/** Undefined where any key may stand. */
function allProperties(schema: JsonSchema): ReadonlyMap<string, JsonSchema> | undefined {
  const parts = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  const named = parts.filter(({ properties }) => properties !== undefined);
  if (named.length === 0) return undefined;
  if (named.some(({ additionalProperties }) => typeof additionalProperties === 'object')) return undefined;
  return new Map(named.flatMap(({ properties }) => Object.entries(properties ?? {})));
}
