import type { AdapterDefinition } from '../contract/adapter.ts';
import { commonServiceSettings, configFile } from './schema.ts';
import { inputSchema } from './unknown-keys.ts';

/** The configuration file as JSON Schema, for editors: one branch of `services` for each type. */
export function configJsonSchema(adapters: Iterable<AdapterDefinition>): object {
  const common = inputSchema(commonServiceSettings);
  const branches = [...adapters].map((definition) => {
    const own = inputSchema(definition.settings) as { readonly properties?: object; readonly required?: readonly string[] };
    return {
      title: definition.vendor,
      type: 'object',
      properties: { ...common.properties, type: { const: definition.type, description: `${definition.vendor}.` }, ...own.properties },
      required: ['name', 'type', ...(own.required ?? [])],
      additionalProperties: false,
    };
  });
  const file = inputSchema(configFile);
  return {
    ...file,
    title: 'Rollcall configuration',
    properties: { ...file.properties, services: { ...file.properties?.['services'], items: { oneOf: branches } } },
  };
}
