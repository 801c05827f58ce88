import ipaddr from 'ipaddr.js';

/** Which addresses a service may have. */
export interface AddressRule {
  readonly loopbackOnly: boolean;
  readonly allowPrivateNetwork: boolean;
}

const privateRanges: ReadonlySet<string> = new Set(['private', 'uniqueLocal', 'carrierGradeNat']);
// Instance metadata outside of the link-local range: AWS over IPv6, Alibaba Cloud, Azure's WireServer.
const metadataAddresses: ReadonlySet<string> = new Set(['fd00:ec2::254', '100.100.100.200', '168.63.129.16']);

/** The kind of address (`private`, `linkLocal` …) when a service must not be there. */
export function findAddressRefusal(address: string, rule: AddressRule): string | undefined {
  if (!ipaddr.isValid(address)) return 'unreadable';
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  if (rule.loopbackOnly) return range === 'loopback' ? undefined : range;
  if (metadataAddresses.has(parsed.toString())) return 'metadata';
  const allowed = range === 'unicast' || (rule.allowPrivateNetwork && privateRanges.has(range));
  return allowed ? undefined : range;
}

/** @param hostname as `URL` spells it, brackets of an IPv6 address removed. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || (ipaddr.isValid(hostname) && ipaddr.parse(hostname).range() === 'loopback');
}
