import type { PasswordPolicyRecord } from '../../src/contract/adapter.ts';
import type { WirePasswordPolicy } from './wire.ts';

/** No public source names the keys, so each is a rule as it stands; a least length is one that says so. */
export function toPasswordPolicy(policy: WirePasswordPolicy): PasswordPolicyRecord {
  const entries = Object.entries(policy);
  const least = entries.find(([key, value]) => /^min(?:imum)?[_-]?(?:password[_-]?)?length$/i.test(key) && Number.isSafeInteger(value))?.[1];
  return {
    ...(typeof least === 'number' && { minLength: least }),
    rules: entries.map(([key, value]) => `${key}: ${value}`),
    raw: policy,
  };
}
