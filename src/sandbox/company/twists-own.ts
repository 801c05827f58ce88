import { localPart } from './people.ts';
import { managedDomains, partnerDomain, privateDomain, type ServiceName } from './services.ts';
import type { Twist, TwistName } from './seats.ts';

const hostileNames = [
  '=HYPERLINK("http://evil.example","pay")',
  '<img src=x onerror=alert(1)>',
  '__proto__',
  '\u202eeel nna',
  'Ann\u0000\u001b[31m Lee',
  '🙂'.repeat(40),
];

/** Forces an account at these services and leaves the others to chance. */
export const only =
  (...forced: readonly ServiceName[]) =>
  (_: unknown, service: ServiceName): boolean | undefined =>
    forced.includes(service) ? true : undefined;

export const tagged = (address: string, tag: string): string => `${localPart(address)}+${tag}@${address.slice(localPart(address).length + 1)}`;
const atSecondDomain = (address: string): string => `${localPart(address)}@${managedDomains[1]}`;

export const isSlack = (service: ServiceName): boolean => service === 'slack-main' || service === 'slack-labs';

/** Accounts of one person that do not look alike, or have no proof: nobody else is involved. */
export const ownTwists = {
  leaver: {
    perMille: 60,
    least: 4,
    present: ({ ordinal }, service) => {
      if (service === 'sym' || service === 'waii') return false;
      return service === 'slack-main' || (service === 'pagerduty' && ordinal % 2 === 0) ? true : undefined;
    },
    seat: (_, service) => (isSlack(service) || service === 'ftrack' ? { status: 'SUSPENDED', declared: false } : { declared: false }),
  },
  invited: {
    perMille: 10,
    least: 4,
    present: ({ ordinal }, service) => only('sym', ordinal % 2 === 0 ? 'slack-main' : 'pagerduty')(ordinal, service),
    seat: ({ ordinal }, service) =>
      service === (ordinal % 2 === 0 ? 'slack-main' : 'pagerduty') ? { status: 'INVITED', proven: false, declared: false } : undefined,
  },
  unproven: {
    perMille: 20,
    least: 3,
    present: only('sym', 'slack-main'),
    seat: ({ ordinal }, service) => (service === 'slack-main' ? { proven: false, declared: ordinal % 3 !== 0 } : undefined),
  },
  'case-variant': {
    perMille: 30,
    least: 3,
    present: only('sym', 'slack-main', 'pagerduty'),
    seat: ({ self }, service) => {
      if (service === 'pagerduty') return { email: self.email.replaceAll(/(^|[.@-])[a-z]/g, (letter) => letter.toUpperCase()) };
      return service === 'squirro-main' || service === 'slack-main' ? { email: self.email.toUpperCase() } : undefined;
    },
  },
  'plus-tag': {
    perMille: 20,
    least: 3,
    present: only('sym', 'slack-labs'),
    seat: ({ self }, service) =>
      service === 'slack-labs' || service === 'segment' ? { email: tagged(self.email, service === 'segment' ? 'segment' : 'slack') } : undefined,
  },
  'second-domain': {
    perMille: 20,
    least: 3,
    present: only('sym', 'pagerduty'),
    seat: ({ self, ordinal }, service) => {
      if (service === 'pagerduty') return { email: atSecondDomain(self.email) };
      return service === 'slack-main' && ordinal % 2 === 1 ? { email: tagged(atSecondDomain(self.email), 'slack') } : undefined;
    },
  },
  'private-address': {
    perMille: 10,
    least: 2,
    present: only('sym', 'slack-main', 'slack-labs'),
    seat: ({ self }, service) => (service === 'slack-labs' ? { email: privateAddress(self.email), ownMailbox: false, declared: true } : undefined),
  },
  'second-account': {
    perMille: 8,
    least: 2,
    present: only('sym', 'slack-main'),
    seat: (_, service) => (service === 'slack-main' ? { declared: true } : undefined),
    second: ({ self }, service) =>
      service === 'slack-main'
        ? {
            email: tagged(self.email, 'admin'),
            displayName: `${self.firstName} ${self.lastName} (admin)`,
            role: 'admin',
            ownMailbox: false,
            declared: false,
          }
        : undefined,
  },
  renamed: {
    perMille: 10,
    least: 2,
    present: only('sym', 'pagerduty'),
    seat: ({ self }, service) =>
      service === 'pagerduty' ? { email: `${localPart(self.email)}-before@${managedDomains[0]}`, ownMailbox: false } : undefined,
  },
  'hostile-name': {
    perMille: 4,
    least: 2,
    present: only('sym', 'slack-main', 'pagerduty'),
    seat: ({ ordinal }, service) =>
      service === 'slack-main' || service === 'pagerduty' ? { displayName: hostileNames[ordinal % hostileNames.length] ?? '' } : undefined,
  },
  contractor: {
    perMille: 30,
    least: 4,
    adapt: contractor,
    present: (_, service) => (service === 'sym' || isSlack(service) ? undefined : false),
    seat: ({ ordinal }, service) => guestSeat(service, ordinal),
  },
  'partner-member': {
    perMille: 4,
    least: 2,
    adapt: contractor,
    present: (_, service) => service === 'sym' || isSlack(service),
    seat: (_, service) => (service === 'sym' ? { role: 'guest' } : {}),
  },
  // Gone from the chat; nobody thought of the other services.
  forgotten: {
    perMille: 6,
    least: 2,
    present: only('sym', 'slack-main', 'pagerduty'),
    seat: (_, service) => (isSlack(service) ? { status: 'SUSPENDED', declared: true } : undefined),
  },
} as const satisfies Partial<Record<TwistName, Twist>>;

export const privateAddress = (address: string): string => `${localPart(address)}@${privateDomain}`;

export function contractor({ self }: { readonly self: { readonly email: string } }): { email: string; title: string; rank: 'staff' } {
  return { email: `${localPart(self.email)}@${partnerDomain}`, title: 'Contractor', rank: 'staff' };
}

export function guestSeat(service: ServiceName, ordinal: number): { role: string } | undefined {
  if (service === 'sym') return { role: 'guest' };
  return isSlack(service) ? { role: ordinal % 2 === 0 ? 'multi_channel_guest' : 'single_channel_guest' } : undefined;
}
