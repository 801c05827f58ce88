import type { EmailTrust } from '../../contract/adapter.ts';

/** The nine configured services of the demo company, by the name that its operator gives them. */
export const serviceNames = ['sym', 'slack-main', 'slack-labs', 'pagerduty', 'squirro-main', 'squirro-labs', 'ftrack', 'waii', 'segment'] as const;
export type ServiceName = (typeof serviceNames)[number];

export interface DemoService {
  readonly name: ServiceName;
  readonly index: number;
  readonly type: string;
  readonly serviceId: string;
  readonly displayName: string;
  readonly emailTrust: EmailTrust;
  readonly people: 'source' | 'match';
  /** Share of the people who have an account. */
  readonly share: number;
}

/** The first one is home: second domains are read as it. */
export const managedDomains: readonly string[] = ['acme.example', 'acme.co'];
export const partnerDomain = 'partner.example';
export const privateDomain = 'mail.example';

export const demoServiceTable: Readonly<Record<ServiceName, DemoService>> = {
  sym: service('sym', 'sym', 'acme', 'Acme', 'MANAGED_DOMAINS', 'source', 0.97),
  'slack-main': service('slack-main', 'slack', 'T0ACME001', 'Acme', 'VERIFIED_ONLY', 'source', 0.95),
  'slack-labs': service('slack-labs', 'slack', 'T0ACMELAB', 'Acme Labs', 'VERIFIED_ONLY', 'source', 0.4),
  pagerduty: service('pagerduty', 'pagerduty', 'acme', 'Acme', 'MANAGED_DOMAINS', 'match', 0.6),
  'squirro-main': service('squirro-main', 'squirro', 'squirro.acme.example/acme', 'Acme', 'MANAGED_DOMAINS', 'match', 0.4),
  'squirro-labs': service('squirro-labs', 'squirro', 'squirro.acme.example/labs', 'Acme Labs', 'MANAGED_DOMAINS', 'match', 0.1),
  ftrack: service('ftrack', 'ftrack', 'acme.ftrackapp.com', 'Acme Studio', 'MANAGED_DOMAINS', 'match', 0.25),
  waii: service('waii', 'waii', 'waii.acme.example', 'Acme Waii', 'MANAGED_DOMAINS', 'match', 0.3),
  segment: service('segment', 'segment', 'acme9qP2vXb7LmT4sRk1Zd', 'Acme', 'MANAGED_DOMAINS', 'match', 0.35),
};

function service(
  name: ServiceName,
  type: string,
  serviceId: string,
  displayName: string,
  emailTrust: EmailTrust,
  people: 'source' | 'match',
  share: number,
): DemoService {
  return { name, index: serviceNames.indexOf(name), type, serviceId, displayName, emailTrust, people, share };
}
