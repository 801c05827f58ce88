import { builder } from '../builder.ts';
import { free } from '../cost.ts';
import { ServiceInputRef } from '../args.ts';
import { apiError } from '../errors.ts';
import { PasswordPolicyRef } from '../record-refs.ts';
import { ServiceRef } from '../refs.ts';
import { servicesOf } from '../selectors.ts';

builder.objectType(PasswordPolicyRef, {
  description: 'What a service asks of the passwords of its accounts, as it told at the newest read.',
  fields: (t) => ({
    service: t.field({ type: ServiceRef, description: 'The service.', complexity: free, resolve: (service) => service }),
    minLength: t.int({
      nullable: true,
      description: 'The least length, where the service tells.',
      resolve: ({ passwordPolicy }) => passwordPolicy?.minLength,
    }),
    rules: t.stringList({ description: 'The rules, in the service’s words.', resolve: ({ passwordPolicy }) => [...(passwordPolicy?.rules ?? [])] }),
    raw: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The whole answer of the service.',
      resolve: ({ passwordPolicy }) => passwordPolicy?.raw,
    }),
  }),
});

builder.queryField('passwordPolicy', (t) =>
  t.field({
    type: PasswordPolicyRef,
    nullable: true,
    description:
      'What a service asks of passwords; null where this instance does not tell. Fails with SERVICE_UNSUPPORTED where the kind of service cannot.',
    args: { service: t.arg({ type: ServiceInputRef, required: true, description: 'Which service.' }) },
    resolve: async (_root, args, context) => {
      const [service, ...others] = servicesOf(await context.view(), args.service, 'service');
      if (service === undefined) return undefined;
      if (others.length > 0) throw apiError('CONFLICT', `${others.length + 1} services of this type are configured: say which by \`serviceId\``);
      const capability = service.capabilities.find(({ operation }) => operation === 'read the password policy');
      if (capability?.supported !== true) throw apiError('SERVICE_UNSUPPORTED', `${service.type} cannot be asked for its password policy`);
      return service.passwordPolicy === undefined ? undefined : service;
    },
  }),
);
