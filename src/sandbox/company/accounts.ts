import { base62, chance, dayMs, purposes, shortUuid, sixCode, tenCode, today, uuid } from './ids.ts';
import { localPart } from './people.ts';
import { demoServiceTable, type DemoService, type ServiceName } from './services.ts';
import { seatsOf, type Cast, type Seat } from './seats.ts';
import type { DemoAccount } from '../../contract/sandbox.ts';

const nameable: readonly ServiceName[] = ['slack-main', 'slack-labs', 'pagerduty'];

/** The service's immutable id of a seat: of its slot alone, save where Waii uses the address that an administrator typed. */
export function externalIdOf(cast: Cast, service: DemoService, seat: Seat): string {
  const borrowed = seat.borrowsId;
  return borrowed === undefined
    ? idAt(cast.seed, service, seat.slot, seat)
    : idAt(cast.seed, demoServiceTable[borrowed.service], borrowed.slot, seat);
}

function idAt(seed: number, service: DemoService, slot: number, seat: Seat): string {
  const purpose = purposes.id + service.index;
  switch (service.type) {
    case 'slack':
      return tenCode(seed, purpose, slot, service.name === 'slack-main' ? 'U04' : 'U07');
    case 'pagerduty':
      return `P${sixCode(seed, purpose, slot)}`;
    case 'squirro':
      return shortUuid(seed, purpose, slot);
    case 'segment':
      return base62(seed, purpose, slot, 22);
    case 'waii':
      return seat.email ?? `user-${base62(seed, purpose, slot, 20)}`;
    default:
      return uuid(seed, purpose, slot);
  }
}

export function toAccount(cast: Cast, service: DemoService, seat: Seat): DemoAccount {
  const { seed } = cast;
  const salt = (purpose: number): number => purpose + service.index * 1000;
  const externalId = externalIdOf(cast, service, seat);
  const createdAt = seat.startedAt + (service.index % 7) * dayMs;
  const updatedAt = createdAt + Math.floor(chance(seed, salt(purposes.updated), seat.slot) * (today - createdAt));
  const entered = seat.status === 'ACTIVE' && seat.kind === 'HUMAN';
  return {
    externalId,
    kind: seat.kind,
    status: seat.status,
    ...(seat.email === undefined ? {} : { email: seat.email }),
    emailProven: seat.proven,
    sso: entered && service.type !== 'slack' && chance(seed, salt(purposes.sso), seat.slot) < 0.5,
    firstName: seat.firstName,
    lastName: seat.lastName,
    displayName: seat.displayName,
    username: usernameOf(service, seat, externalId),
    role: seat.role,
    ...(seat.title === undefined ? {} : { title: seat.title }),
    mfa: entered && chance(seed, salt(purposes.mfa), seat.slot) < 0.8,
    createdAt,
    updatedAt,
    ...(entered ? { lastActiveAt: today - Math.floor(chance(seed, salt(purposes.active), seat.slot) * 45 * dayMs) } : {}),
    declared: service.type === 'sym' ? declaredBy(cast, seat) : [],
  };
}

function usernameOf(service: DemoService, seat: Seat, externalId: string): string {
  if (service.type === 'waii') return externalId;
  if (seat.email === undefined) return seat.displayName;
  return service.type === 'slack' ? localPart(seat.email).toLowerCase() : seat.email;
}

/** The accounts that a Sym user's identities name. */
function declaredBy(cast: Cast, sym: Seat): DemoAccount['declared'] {
  if (sym.holder === null) return [];
  const own = sym.holder;
  return nameable.flatMap((name) => {
    const service = demoServiceTable[name];
    const claimed = sym.claims?.service === name ? sym.claims.holder : undefined;
    const seat = seatsOf(cast, service, claimed ?? own).find((candidate) => candidate.declared);
    return seat === undefined ? [] : [{ type: service.type, serviceId: service.serviceId, externalId: externalIdOf(cast, service, seat) }];
  });
}
