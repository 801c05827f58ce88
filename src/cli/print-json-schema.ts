import { writeFileSync } from 'node:fs';
import { adapters } from '../../adapters/index.ts';
import { configJsonSchema } from '../config/json-schema.ts';

writeFileSync(new URL('../../rollcall.schema.json', import.meta.url), `${JSON.stringify(configJsonSchema(adapters.values()), undefined, 2)}\n`);
