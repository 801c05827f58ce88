import type { Adapter, LiveIdentity } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import type { Http } from '../../src/contract/http.ts';
import { lookUpEach } from '../../src/contract/look-ups.ts';
import { createClient } from './client.ts';
import type { SlackSettings } from './config.ts';
import { describeHome, toHome } from './home.ts';
import { type FindHome, roles, userGroups, users } from './listings.ts';
import { type Home, toGrants, toIdentity, toInvites } from './map.ts';
import type { User } from './wire.ts';

/** users.info calls at once for one batch; the transport's own bound holds over all batches. */
const lookupsAtOnce = 8;

/** What reads the service. Apart from its definition, which is all that a configuration asks for. */
export function createAdapter(settings: SlackSettings, http: Http): Adapter {
  const client = createClient(settings, http);

  // What the token belongs to never changes for one token; without it neither a foreign account nor a grant's scope can be told.
  let known: Home | undefined;
  const findHome: FindHome = async (signal) => (known ??= toHome(await client.authTest(signal), settings));

  return {
    async describe(signal) {
      const self = await client.authTest(signal);
      known = toHome(self, settings);
      return describeHome(client, self, known, signal);
    },

    listings: [roles, users(client, findHome), userGroups(client, findHome)],

    async getIdentities(externalIds, signal) {
      const ids = externalIds.filter((id) => id !== '');
      if (ids.length === 0) return new Map();
      const home = await findHome(signal);
      // No batch method: one users.info an id (https://docs.slack.dev/reference/methods/users.info).
      return lookUpEach(ids, lookupsAtOnce, async (id) => {
        const user = await client.getUser(id, signal);
        if (user === undefined) return undefined;
        if (user.id !== id) throw new AdapterError('BAD_RESPONSE', 'slack users.info: another account than asked for');
        return toLive(user, home);
      });
    },

    async findByEmail(address, signal) {
      // users.lookupByEmail calls an empty address an invalid argument
      if (address === '') return [];
      const home = await findHome(signal);
      const user = await client.findUser(address, signal);
      return user?.profile?.email !== undefined && foldAscii(user.profile.email) === foldAscii(address) ? [toLive(user, home)] : [];
    },
  };
}

function toLive(user: User, home: Home): LiveIdentity {
  // With an organisation-wide token only `team_id` can tell which of several workspaces the flags are about.
  const [only, ...others] = home.workspaces;
  const workspace = others.length === 0 ? only : home.workspaces.find((id) => id === user.team_id);
  const grants = toGrants(user, home, workspace);
  return { identity: toIdentity(user, home), alongside: [...grants, ...toInvites(user, grants)] };
}

/** A–Z only: any wider folding makes different addresses equal. */
function foldAscii(address: string): string {
  return address.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
