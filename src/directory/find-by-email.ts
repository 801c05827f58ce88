import { emailKey, managedVariants } from '../model/email-key.ts';
import { holdersOfAddresses, holdersOfUntagged } from '../store/read/emails.ts';
import type { ViewContext } from './context.ts';
import { holderOf } from './holder.ts';
import type { Ambiguous } from './view.ts';

/** The address itself first; where nobody has it and its domain is ours, the same mailbox without +tag and at each of our domains. */
export async function findByEmails(context: ViewContext, emails: readonly string[]): Promise<ReadonlyMap<string, string | Ambiguous>> {
  const keys = new Map(emails.map((email) => [email, emailKey(email)]));
  const [byExact, bySpelling] = await Promise.all([
    context.people.holdersOfAddresses([...keys.values()].flatMap((key) => key?.exact ?? [])),
    findSpelled(
      context,
      [...keys].flatMap(([email, key]) => (key === undefined ? [email] : [])),
    ),
  ]);
  const found = new Map<string, string | Ambiguous>();
  const variants = new Map<string, readonly string[]>();
  for (const [email, key] of keys) {
    const holder = key === undefined ? bySpelling.get(email) : byExact.get(key.exact);
    if (holder !== undefined) found.set(email, holder);
    else if (key !== undefined) variants.set(email, managedVariants(key, context.managedDomains));
  }
  if (variants.size === 0) return found;
  const byUntagged = Map.groupBy(await holdersOfUntagged(context.at, [...variants.values()].flat()), (row) => row.untagged);
  for (const [email, spellings] of variants) {
    const rows = spellings.flatMap((each) => byUntagged.get(each) ?? []);
    const holder = holderOf(rows, context.services);
    if (holder !== undefined) found.set(email, holder);
  }
  return found;
}

/** Addresses that are no key: as they are spelled. */
async function findSpelled({ at, services }: ViewContext, spelled: readonly string[]): Promise<ReadonlyMap<string, string | Ambiguous | undefined>> {
  const rows = await holdersOfAddresses(at, { exact: [], spelled });
  const bySpelling = Map.groupBy(rows, ({ address }) => address);
  return new Map([...bySpelling].map(([address, own]) => [address, holderOf(own, services)]));
}
