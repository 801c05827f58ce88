import type { Person } from './people.ts';

const guestWords: Readonly<Record<string, readonly string[]>> = {
  sym: ['guest'],
  slack: ['multi_channel_guest', 'single_channel_guest'],
};

/** Accounts with these words are outsiders: their address counts for nothing by itself. */
export const isGuest = (type: string, role: string): boolean => guestWords[type]?.includes(role) === true;

/** The service's own word for the base role of a member of staff. `draw` is even between 0 and 1. */
export function roleWord(type: string, person: Person, draw: number): string {
  const { rank } = person;
  const high = rank === 'founder' || rank === 'owner' || rank === 'admin';
  switch (type) {
    case 'sym':
      return high ? 'admin' : 'member';
    case 'slack':
      return rank === 'founder' ? 'primary_owner' : rank === 'owner' ? 'owner' : rank === 'admin' ? 'admin' : 'member';
    case 'pagerduty':
      if (high) return rank === 'founder' ? 'owner' : 'admin';
      if (rank === 'lead') return 'user';
      return (
        share(draw, ['observer', 0.06], ['restricted_access', 0.04], ['read_only_user', 0.04], ['read_only_limited_user', 0.03]) ?? 'limited_user'
      );
    case 'squirro':
      return high ? 'admin' : (share(draw, ['reader', 0.25], ['demo', 0.03]) ?? 'user');
    case 'waii':
      if (rank === 'founder') return 'waii-super-admin-user';
      if (rank === 'owner') return 'waii-org-admin-user';
      if (rank === 'admin') return 'waii-admin-user';
      return share(draw, ['waii-trial-user', 0.12], ['waii-trial-api-user', 0.03], ['waii-api-user', 0.1]) ?? 'waii-user';
    default:
      return '';
  }
}

function share(draw: number, ...parts: readonly (readonly [word: string, part: number])[]): string | undefined {
  let bound = 0;
  for (const [word, part] of parts) {
    bound += part;
    if (draw < bound) return word;
  }
  return undefined;
}
