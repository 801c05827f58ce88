import type { JsonObject, JsonValue } from '../../src/contract/records.ts';

// Anything can be stored with a user, so what is called like a secret or looks like one is none of ours.
const secretName =
  /pass(?:word|wd|phrase|code)|secret|token|bearer|credential|authori[sz]|authenticat|cookie|session|signature|(?:api|access|private|signing|encryption)[ _-]?key|(?:^|[ _-])(?:key|pin|otp|pwd|pw)(?:$|[ _-])/i;
const secretText = /^\s*(?:Bearer|Basic)\s|\beyJ[\w-]{6,}\.[\w-]+\.|-----BEGIN |^[a-z][a-z0-9+.-]*:\/\/[^/\s@]*:[^/\s@]*@/i;

/** The values that may be shown; keys whose values are all hidden are left out with them. */
export function publicValues(values: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => {
      const shown = secretName.test(key) ? undefined : publicValue(value);
      return shown === undefined ? [] : [[key, shown]];
    }),
  );
}

function publicValue(value: unknown): JsonValue | undefined {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'string') return secretText.test(value) ? undefined : value;
  if (Array.isArray(value)) return value.map(publicValue).filter((entry) => entry !== undefined);
  return typeof value === 'object' ? publicValues({ ...value }) : undefined;
}
