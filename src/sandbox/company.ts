import { toAccount } from './company/accounts.ts';
import { castPeople } from './company/casting.ts';
import { furnishFtrack } from './company/furnish-ftrack.ts';
import { furnishPagerduty } from './company/furnish-pagerduty.ts';
import { furnishSegment } from './company/furnish-segment.ts';
import { furnishSlack, furnishSym } from './company/furnish-chat.ts';
import { furnishSquirro } from './company/furnish-squirro.ts';
import { furnishWaii } from './company/furnish-waii.ts';
import { createPeople, createTeams, type Person, type Team } from './company/people.ts';
import { demoServiceTable, managedDomains, serviceNames, type DemoService, type ServiceName } from './company/services.ts';
import { allSeats, createTruth, type Truth } from './company/truth.ts';
import type { EmailTrust } from '../contract/adapter.ts';
import type { DemoInstance } from '../contract/sandbox.ts';
import type { Floor, Furniture, Seated } from './company/floor.ts';
import type { Cast } from './company/seats.ts';

export interface Company {
  readonly name: string;
  readonly managedDomains: readonly string[];
  readonly people: readonly Person[];
  /** All nine; asking for this makes them. */
  readonly instances: readonly DemoInstance[];
  /** Made at the first call, the same object ever after. @throws RangeError for an instance that the company does not have. */
  instance(type: string, serviceId: string): DemoInstance;
  /** Under the trust settings of `demoServices`. */
  readonly truth: Truth;
  /** The truth where some services are trusted otherwise. */
  truthUnder(trust: Partial<Readonly<Record<ServiceName, EmailTrust>>>): Truth;
}

export interface ConfiguredDemoService {
  /** The name that the operator gives it: `slack-main`. */
  readonly name: ServiceName;
  readonly type: string;
  readonly emailTrust: EmailTrust;
  readonly people: 'source' | 'match';
  /** Made when it is first read. */
  readonly instance: DemoInstance;
}

const furnishers: Readonly<Record<string, (floor: Floor) => Furniture>> = {
  sym: furnishSym,
  slack: furnishSlack,
  pagerduty: furnishPagerduty,
  squirro: furnishSquirro,
  ftrack: furnishFtrack,
  waii: furnishWaii,
  segment: furnishSegment,
};

/**
 * One seeded population from which nine services draw their accounts, awkward cases included. The same options give the same company on any day.
 * `truth` tells afterwards which account is whose; nothing in an instance does.
 */
export function createCompany(options: { readonly people?: number; readonly seed?: number } = {}): Company {
  const { people: count = 300, seed = 1 } = options;
  const teams = createTeams(count);
  const cast = castPeople(createPeople(count, seed, teams), seed);
  const made = new Map<ServiceName, DemoInstance>();
  const instanceOf = (service: DemoService): DemoInstance => {
    let instance = made.get(service.name);
    if (instance === undefined) made.set(service.name, (instance = createInstance(cast, teams, service)));
    return instance;
  };
  return {
    name: 'Acme',
    managedDomains,
    people: cast.people,
    get instances() {
      return serviceNames.map((name) => instanceOf(demoServiceTable[name]));
    },
    instance(type, serviceId) {
      const service = Object.values(demoServiceTable).find((each) => each.type === type && each.serviceId === serviceId);
      if (service === undefined) throw new RangeError(`the demo company has no ${type} ${serviceId}`);
      return instanceOf(service);
    },
    truth: createTruth(cast, (service) => service.emailTrust),
    truthUnder: (trust) => createTruth(cast, (service) => trust[service.name] ?? service.emailTrust),
  };
}

/** The company's services as its operator would configure them. */
export function demoServices(company: Company): readonly ConfiguredDemoService[] {
  return serviceNames.map((name): ConfiguredDemoService => {
    const { type, serviceId, emailTrust, people } = demoServiceTable[name];
    return {
      name,
      type,
      emailTrust,
      people,
      get instance() {
        return company.instance(type, serviceId);
      },
    };
  });
}

/** The instance after these accounts are gone, with everything that hung on them; the given one stays as it was. */
export function withoutAccounts(instance: DemoInstance, externalIds: Iterable<string>): DemoInstance {
  const gone = new Set(externalIds);
  return {
    ...instance,
    accounts: instance.accounts.filter((account) => !gone.has(account.externalId)),
    groups: instance.groups.map((group) => ({ ...group, members: group.members.filter((member) => !gone.has(member.externalId)) })),
    grants: instance.grants.filter(({ principal }) => principal.kind !== 'identity' || !gone.has(principal.externalId)),
    credentials: instance.credentials.filter((credential) => !gone.has(credential.account)),
  };
}

function createInstance(cast: Cast, teams: readonly Team[], service: DemoService): DemoInstance {
  const seated: Seated[] = [];
  for (const seat of allSeats(cast, service)) {
    seated.push({ seat, account: toAccount(cast, service, seat), person: seat.holder === null ? undefined : cast.people[seat.holder] });
  }
  const furnish = furnishers[service.type];
  if (furnish === undefined) throw new RangeError(`nothing furnishes ${service.type}`);
  return {
    type: service.type,
    serviceId: service.serviceId,
    displayName: service.displayName,
    accounts: seated.map(({ account }) => account),
    ...furnish({ seed: cast.seed, service, teams, seated }),
  };
}
