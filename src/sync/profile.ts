import type { Adapter } from '../contract/adapter.ts';
import type { ServiceProfile } from '../model/profile.ts';

/** What the operator says of a service, and what its adapter offers. */
export function toProfile(adapter: Adapter, said: Pick<ServiceProfile, 'emailTrust' | 'people' | 'managedDomains'>): ServiceProfile {
  return {
    ...said,
    listings: adapter.listings.map(({ name, yields, own }) => ({ name, yields, ...(own !== undefined && { own }) })),
    findByEmail: adapter.findByEmail !== undefined,
    passwordPolicy: adapter.passwordPolicy !== undefined,
    countsEvents: adapter.countsEvents === true,
  };
}
