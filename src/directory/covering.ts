import type { CredentialKind } from '../contract/records.ts';
import type { Coverage } from '../model/coverage.ts';
import type { CredentialView, ServiceView } from '../model/views.ts';

/** The services as an answer of one kind stands on them: those that cannot be asked for it are UNSUPPORTED. */
export function covering(services: readonly ServiceView[], operation: string): readonly ServiceView[] {
  return services.map((service) => {
    const capability = service.capabilities.find((each) => each.operation === operation);
    if (capability?.supported === true) return service;
    const issue = { code: 'SERVICE_UNSUPPORTED', message: `${service.type} cannot be asked to ${operation}`, retryable: false } as const;
    return { ...service, coverage: { ...service.coverage, state: 'UNSUPPORTED', issue } };
  });
}

/**
 * The same for credentials. Where the service tells some kinds only of the account that reads, what is missing of others is a refusal: the answer is
 * partial, and DENIED when nothing else was asked for and nothing of the person came.
 * @param ofPerson the rows of one person, when only that person's were asked for.
 */
export function coveringCredentials(
  services: readonly ServiceView[],
  kinds: readonly CredentialKind[] | undefined,
  ofPerson?: readonly CredentialView[],
): readonly ServiceView[] {
  return covering(services, 'read credentials').map((service) => {
    const { ownCredentials, coverage } = service;
    const withheld = ownCredentials.filter((kind) => kinds === undefined || kinds.includes(kind));
    if (withheld.length === 0 || coverage.state !== 'COMPLETE') return service;
    const nothingElse = kinds !== undefined && kinds.every((kind) => ownCredentials.includes(kind));
    const denied = nothingElse && ofPerson !== undefined && !ofPerson.some(({ svc }) => svc === service.svc);
    return { ...service, coverage: withheldCoverage(service, withheld, denied ? 'DENIED' : 'PARTIAL') };
  });
}

function withheldCoverage({ type, coverage }: ServiceView, kinds: readonly CredentialKind[], state: Coverage['state']): Coverage {
  const message = `${type} tells ${kinds.join(' and ')} only of the account that reads it`;
  return { ...coverage, state, issue: { code: 'SERVICE_FORBIDDEN', message, retryable: false } };
}
