import type { Directory, Operator } from '../directory/view.ts';
import type { ServiceSelector, ServiceView } from '../model/views.ts';
import type { Runtime } from './runtime.ts';

export function createOperator({ directory, sync }: Runtime): Operator {
  return {
    async sync(selector) {
      const service = await find(directory, selector);
      if (service !== undefined) await sync.trigger(service.name);
      return service;
    },
    async acknowledgeQuarantine(selector, accept, reason) {
      const service = await find(directory, selector);
      if (service === undefined) return undefined;
      await sync.settleQuarantine(service.svc, accept, reason);
      return find(directory, selector);
    },
  };
}

async function find(directory: Directory, { type, serviceId }: ServiceSelector): Promise<ServiceView | undefined> {
  const { services } = await directory.open();
  return services.find((service) => service.type === type && (serviceId === undefined || service.serviceId === serviceId));
}
