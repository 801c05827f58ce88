import type { IdentityFilter } from '../model/views.ts';
import { ServiceInputRef, toSelectors, type InputShape } from './args.ts';
import { builder } from './builder.ts';
import { AccountStatusEnum, LinkStateEnum, PrincipalKindEnum } from './enums.ts';

export const IdentityFilterRef = builder.inputType('IdentityFilter', {
  description: 'Which accounts; conditions hold together.',
  fields: (t) => ({
    services: t.field({ type: [ServiceInputRef], description: 'Only accounts of these services.' }),
    link: t.field({ type: [LinkStateEnum], description: 'Only accounts whose link is in one of these states. `[UNLINKED]` lists the orphans.' }),
    status: t.field({ type: AccountStatusEnum, description: 'Only accounts in this state.' }),
    kind: t.field({ type: PrincipalKindEnum, description: 'Only accounts of this kind.' }),
    nameAgrees: t.boolean({ description: 'True: only accounts whose name equals their person’s. False: only those where it differs.' }),
    inactiveSince: t.field({ type: 'DateTime', description: 'Only accounts that were not used since this moment.' }),
  }),
});

export const toIdentityFilter = (filter: InputShape<typeof IdentityFilterRef>): IdentityFilter => ({
  services: toSelectors(filter.services),
  link: filter.link ?? undefined,
  status: filter.status ?? undefined,
  kind: filter.kind ?? undefined,
  nameAgrees: filter.nameAgrees ?? undefined,
  inactiveSince: filter.inactiveSince ?? undefined,
});
