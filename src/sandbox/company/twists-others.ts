import { dayMs, today } from './ids.ts';
import { lookAlike, suitsLookAlike } from './look-alikes.ts';
import { localPart } from './people.ts';
import { privateDomain, type ServiceName } from './services.ts';
import { contractor, guestSeat, isSlack, only, privateAddress, tagged } from './twists-own.ts';
import type { Scene, Twist, TwistName } from './seats.ts';

const trap = (scene: Scene, why: string): { victim: number; why: string } => ({ victim: scene.other.index, why });

/** Odd cases give the victim an account of their own in the service where the trap lies; even ones leave it to the trap alone. */
const victimHasOne = (ordinal: number): boolean => ordinal % 2 === 1;

/** Accounts that look like somebody else's. Where a case has a victim, it is the `other` side. */
export const othersTwists = {
  'reused-address': {
    perMille: 4,
    least: 2,
    pair: true,
    // Subject: the joiner, who has the leaver's name and was given the leaver's address.
    adapt: ({ side, other }) =>
      side === 'subject' ? { firstName: other.firstName, lastName: other.lastName, email: other.email, startedAt: today - 30 * dayMs } : {},
    present: ({ side, ordinal }, service) => {
      if (side === 'other') return service === 'slack-main' || (service === 'pagerduty' && ordinal % 2 === 1);
      if (service === 'pagerduty') return ordinal % 2 === 0;
      return only('sym', 'slack-main')(side, service);
    },
    seat: (scene, service) => {
      if (scene.side === 'subject') return { ownMailbox: false, declared: isSlack(service) || service === 'pagerduty' };
      const why = 'address of a leaver, given to the victim since';
      const seat = { ownMailbox: false, declared: false, trap: trap(scene, why) };
      return isSlack(service) ? { ...seat, status: 'SUSPENDED' } : seat;
    },
  },
  'stolen-unproven': {
    perMille: 4,
    least: 2,
    pair: true,
    present: ({ side, ordinal }, service) => {
      if (side === 'other' && service === 'slack-main') return victimHasOne(ordinal);
      return side === 'subject' ? only('slack-main')(side, service) : only('sym')(side, service);
    },
    seat: (scene, service) =>
      scene.side === 'subject' && service === 'slack-main'
        ? { email: scene.other.email, proven: false, ownMailbox: false, declared: false, trap: trap(scene, 'unproven address of the victim') }
        : undefined,
  },
  'stolen-invited': {
    perMille: 4,
    least: 2,
    pair: true,
    present: ({ side, ordinal }, service) => {
      if (side === 'other' && service === 'pagerduty') return victimHasOne(ordinal);
      return side === 'subject' ? only('pagerduty')(side, service) : only('sym')(side, service);
    },
    seat: (scene, service) =>
      scene.side === 'subject' && service === 'pagerduty'
        ? {
            email: scene.other.email,
            status: 'INVITED',
            ownMailbox: false,
            declared: false,
            trap: trap(scene, 'open invitation with the address of the victim'),
          }
        : undefined,
  },
  'stolen-guest': {
    perMille: 3,
    least: 2,
    pair: true,
    adapt: (scene) => (scene.side === 'subject' ? contractor(scene) : {}),
    present: ({ side, ordinal }, service) => {
      if (side === 'other') return service === 'sym' ? victimHasOne(ordinal) : only('slack-main')(side, service);
      return service === 'sym' || service === 'slack-main';
    },
    seat: (scene, service) => {
      if (scene.side === 'other') return undefined;
      const guest = guestSeat(service, scene.ordinal);
      return service === 'sym'
        ? { ...guest, email: scene.other.email, ownMailbox: false, trap: trap(scene, 'guest with the address of the victim') }
        : guest;
    },
  },
  'look-alike': {
    perMille: 5,
    least: 5,
    pair: true,
    suits: (other, ordinal) => suitsLookAlike(other.email, ordinal),
    present: ({ side, ordinal }, service) => {
      if (side === 'other' && service === 'slack-labs') return victimHasOne(ordinal);
      return side === 'subject' ? only('slack-labs')(side, service) : only('sym')(side, service);
    },
    seat: (scene, service) =>
      scene.side === 'subject' && service === 'slack-labs'
        ? {
            email: lookAlike(scene.other.email, scene.ordinal),
            ownMailbox: false,
            declared: false,
            trap: trap(scene, 'proven address that looks like the victim’s'),
          }
        : undefined,
  },
  'foreign-dots': {
    perMille: 3,
    least: 2,
    pair: true,
    present: ({ side }, service) => (side === 'subject' ? only('slack-main')(side, service) : only('sym', 'slack-labs')(side, service)),
    seat: (scene, service) => {
      if (scene.side === 'other') {
        return service === 'slack-labs' ? { email: privateAddress(scene.self.email), ownMailbox: false, declared: true } : undefined;
      }
      const email = `${localPart(scene.other.email).replaceAll('.', '')}@${privateDomain}`;
      return service === 'slack-main'
        ? { email, ownMailbox: false, trap: trap(scene, 'proven address that differs from the victim’s by a dot') }
        : undefined;
    },
  },
  'foreign-tag': {
    perMille: 3,
    least: 2,
    pair: true,
    adapt: (scene) =>
      scene.side === 'other' ? contractor(scene) : { ...contractor(scene), email: tagged(scene.other.email, localPart(scene.self.email)) },
    present: ({ side }, service) => (side === 'subject' ? service === 'slack-labs' : service === 'sym' || service === 'slack-main'),
    seat: (scene, service) => {
      if (scene.side === 'subject') return { trap: trap(scene, 'tagged address at a domain that is not ours') };
      return service === 'sym' ? { role: 'guest' } : { declared: true };
    },
  },
  contested: {
    perMille: 3,
    least: 2,
    pair: true,
    // Subject: the Sym user who names the other's Slack account as well.
    present: ({ side }, service) => (side === 'subject' && service === 'slack-main' ? false : only('sym', 'slack-main')(side, service)),
    seat: (scene, service) => {
      if (scene.side === 'subject') return service === 'sym' ? { claims: { service: 'slack-main', holder: scene.other.index } } : undefined;
      return service === 'slack-main'
        ? { ownMailbox: false, declared: true, trap: trap(scene, 'named by the Sym accounts of two people') }
        : undefined;
    },
  },
  'same-id': {
    perMille: 2,
    least: 2,
    pair: true,
    present: ({ side, ordinal }, service) => only('sym', ...sameIdServices(side, ordinal))(side, service),
    seat: (scene, service) => {
      if (scene.side === 'other') return undefined;
      const [main] = sameIdServices('other', scene.ordinal);
      if (main === undefined || !sameIdServices('subject', scene.ordinal).includes(service)) return undefined;
      const borrowsId = { service: main, slot: scene.other.index * 2 };
      return { borrowsId, trap: trap(scene, 'same external id as the victim’s account in another instance') };
    },
  },
} as const satisfies Partial<Record<TwistName, Twist>>;

function sameIdServices(side: Scene['side'], ordinal: number): readonly ServiceName[] {
  const instance = side === 'other' ? 'main' : 'labs';
  return ordinal % 2 === 0 ? [`slack-${instance}`] : [`squirro-${instance}`];
}
