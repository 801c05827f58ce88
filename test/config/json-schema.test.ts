import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { adapters } from '../../adapters/index.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';

it('the JSON Schema for editors is what the code reads: `npm run schema` rewrites it', () => {
  const file = readFileSync(new URL('../../rollcall.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(configJsonSchema(adapters.values()))));
});
