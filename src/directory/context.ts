import type { Instant } from '../contract/records.ts';
import type { IdentityView, ServiceSelector, ServiceView, Sourced } from '../model/views.ts';
import type { RecordRow } from '../store/read/records.ts';
import type { Snapshot } from '../store/read/snapshot.ts';
import { parsed, parsedAccount, type Ages } from './ages.ts';
import type { PeopleSource } from './people-source.ts';

/** What the parts of one view share. */
export interface ViewContext {
  readonly at: Snapshot;
  readonly now: Instant;
  readonly services: readonly ServiceView[];
  /** Of the whole house. */
  readonly managedDomains: readonly string[];
  readonly ages: Ages;
  readonly people: PeopleSource;
}

export const servicesOf = ({ services }: Pick<ViewContext, 'services'>, selectors: readonly ServiceSelector[]): readonly ServiceView[] =>
  services.filter(({ type, serviceId }) =>
    selectors.some((each) => each.type === type && (each.serviceId === undefined || each.serviceId === serviceId)),
  );

export const svcsOf = (context: ViewContext, selectors: readonly ServiceSelector[]): readonly number[] =>
  servicesOf(context, selectors).map(({ svc }) => svc);

/** The snapshot seen through a filter: without selectors all services, and none when the selectors name none that is configured. */
export const narrowed = (context: ViewContext, selectors: readonly ServiceSelector[] | undefined): Snapshot =>
  selectors === undefined ? context.at : { ...context.at, svcs: svcsOf(context, selectors) };

export const selectorsOf = (selector: ServiceSelector | undefined): readonly ServiceSelector[] | undefined =>
  selector === undefined ? undefined : [selector];

export const toSourced = <R>({ ages }: ViewContext, row: RecordRow): Sourced<R> => ages.of(parsed<R>(row));

export const toAccount = ({ ages }: ViewContext, row: RecordRow): IdentityView => ages.of(parsedAccount(row));
