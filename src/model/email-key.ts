import { domainToASCII, domainToUnicode } from 'node:url';

/** The parts of an address that may serve as evidence. */
export interface EmailKey {
  /** Equal keys = the same mailbox: local part with A–Z folded only, domain as ASCII, trailing dot cut. */
  readonly exact: string;
  /** The same without its +tag. Says something only within our own domains. */
  readonly untagged: string;
  readonly domain: string;
}

const printableAscii = /^[\x21-\x7e]+$/;
const ascii = /^[\x20-\x7e]+$/;
// RFC 5321 4.5.3.1: 64 octets of local part, 255 of domain.
const maxLength = 320;

/**
 * The key under which an address counts as evidence, or undefined when it never may: anything but printable ASCII in the local part, a domain
 * that is no DNS name, or one that only folding makes equal to another (full-width letters and dots, invisible characters). Never folds by the case
 * rules of other alphabets and never drops dots.
 */
export function emailKey(address: string): EmailKey | undefined {
  const at = address.lastIndexOf('@');
  if (at < 1 || address.length > maxLength) return undefined;
  const local = foldAscii(address.slice(0, at));
  const domain = domainKey(address.slice(at + 1));
  if (!printableAscii.test(local) || domain === undefined) return undefined;
  return { exact: `${local}@${domain}`, untagged: `${cutTag(local)}@${domain}`, domain };
}

/**
 * The spelling in which services are asked for an address, or undefined where it has no key: A–Z folded, trailing dot cut. A domain in other letters
 * keeps them, for services compare what is written.
 */
export function askableAddress(address: string): string | undefined {
  const key = emailKey(address);
  if (key === undefined || ascii.test(address)) return key?.exact;
  return key.exact.slice(0, -key.domain.length) + domainToUnicode(key.domain);
}

/** The domain as DNS sees it, or undefined. A spelling that DNS would first have to fold into another is none. */
export function domainKey(domain: string): string | undefined {
  const bare = domain.endsWith('.') ? domain.slice(0, -1) : domain;
  if (bare === '' || /[\s@/\\?#:[\]%]/.test(bare)) return undefined;
  const dns = domainToASCII(bare);
  if (!dns.includes('.')) return undefined;
  return ascii.test(bare) || isPlainUnicode(bare, dns) ? dns : undefined;
}

/** Whether the DNS name reads as it was written, but for case: nothing was dropped (soft hyphens, joiners) or replaced by what merely looks alike. */
function isPlainUnicode(domain: string, dns: string): boolean {
  return domain.normalize('NFKC') === domain && domainToUnicode(dns) === domain.toLowerCase();
}

/**
 * The spellings of `untagged` that name the same mailbox, when the domain is one of ours: the same local part at each of our domains.
 * Empty for a foreign domain: there neither a tag nor a second domain says anything.
 */
export function managedVariants(key: EmailKey, managedDomains: readonly string[]): readonly string[] {
  if (!managedDomains.includes(key.domain)) return [];
  const local = key.untagged.slice(0, key.untagged.lastIndexOf('@'));
  return managedDomains.map((domain) => `${local}@${domain}`);
}

const foldAscii = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

function cutTag(local: string): string {
  const plus = local.indexOf('+');
  return plus > 0 && !local.startsWith('"') ? local.slice(0, plus) : local;
}
