import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/store/open.ts';
import { declareServices } from '../../src/store/sync/services.ts';
import { readService } from '../../src/sync/read-service.ts';
import type { SyncedService } from '../../src/sync/service.ts';
import { nameError, noSignal } from './bench.ts';
import type { Check } from './check.ts';
import { freeForm } from './exceptions.ts';
import { addEverywhere, parseBody, withJson } from './json-walk.ts';
import { canary, findSecrets } from './secrets.ts';

export const storeChecks: readonly Check[] = [
  {
    id: 'I8 store',
    promise: 'a sync seals, the accounts are all there, and no byte of the store is a secret',
    async run(bench) {
      const { subject } = bench;
      const { definition, type } = subject;
      await using session = await bench.open();
      const { adapter } = session;
      const service: SyncedService = {
        name: type,
        type,
        adapter,
        profile: {
          ...definition.defaults,
          managedDomains: ['acme.example'],
          listings: adapter.listings,
          findByEmail: adapter.findByEmail !== undefined,
        },
        levels: {},
        everyMs: 60_000,
        settingsHash: 'one',
      };
      const folder = await mkdtemp(join(tmpdir(), 'rollcall-conformance-'));
      const store = await openStore(folder);
      try {
        await declareServices(store, [service]);
        // every object of every answer holds a planted secret besides
        const effect = {
          alter: (response: Parameters<typeof withJson>[0]) =>
            plant(response, freeForm.has(type) ? {} : { zz_cal_url: `https://calendar.example/${canary}` }),
        };
        bench.server.play([{ name: 'planted', match: { times: Infinity }, effect }]);
        const outcome = await readService({ store, now: () => session.clock.now() }, service, noSignal());
        bench.server.play([]);
        if (outcome.kind !== 'sealed') return [`the sync ${outcome.kind === 'failed' ? `failed: ${nameError(outcome.failure)}` : 'did not seal'}`];
        const { count } = await store.read
          .selectFrom('identity')
          .select((e) => e.fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow();
        const listed = new Set(
          bench.baseline.pages.flatMap(({ page }) => page.records.filter(({ kind }) => kind === 'identity').map((record) => JSON.stringify(record))),
        );
        const failures = count === listed.size ? [] : [`${count} accounts stored of ${listed.size}`];
        const secrets = findSecrets(bench);
        for (const file of await readdir(folder)) {
          const bytes = await readFile(join(folder, file));
          for (const secret of secrets) if (bytes.includes(secret)) failures.push(`a secret (${secret.slice(0, 6)}…) in ${file}`);
        }
        return failures;
      } finally {
        await store.close();
        await rm(folder, { recursive: true, force: true });
      }
    },
  },
];

function plant(response: Parameters<typeof withJson>[0], more: Readonly<Record<string, string>>): ReturnType<typeof withJson> {
  const body = parseBody(response);
  return typeof body === 'object' && body !== null ? withJson(response, addEverywhere(body, { zz_secret: canary, ...more })) : response;
}
