import { writeFileSync } from 'node:fs';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from './schema.ts';

/** The schema as text, in an order that does not depend on the code's. */
export const printedSchema = (): string => `${printSchema(lexicographicSortSchema(schema))}\n`;

/** What the printed schema is compared with. */
export const schemaFile = new URL('../../schema.graphql', import.meta.url);

if (import.meta.main) writeFileSync(schemaFile, printedSchema());
