import type { ServiceView } from '../model/views.ts';
import { apiError } from './errors.ts';

/** The one thing that the services know under an id; undefined when none does. */
export async function findOne<T>(services: readonly ServiceView[], find: (svc: number) => Promise<T | undefined>): Promise<T | undefined> {
  const found = (await Promise.all(services.map((service) => find(service.svc)))).filter((each) => each !== undefined);
  if (found.length > 1) throw apiError('CONFLICT', `${found.length} services of this type know that id: say which by \`serviceId\``);
  return found[0];
}
