import { describe, expect, test } from 'vitest';
import type { Operator } from '../../src/directory/view.ts';
import { createRecorder, idle } from '../server/support.ts';
import { minute, now, share, small, startFilled } from './support.ts';

const bench = share(small);
const at = (ms: number): string => new Date(ms).toISOString();

describe('services', () => {
  test('say who they are, how they are trusted and how far they are known', async () => {
    const query = `{ services { type serviceId displayName kind emailTrust managedDomains
      coverage { service { displayName } state asOf ageSeconds seen issue { service { displayName } code message retryable retryAfter path } }
      sync { running lastSealedAt quarantined issue { code } } } }`;
    const { services } = (await bench().data(query)) as { services: object[] };
    expect(services[0]).toEqual({
      type: 'slack',
      serviceId: 'T1',
      displayName: 'Acme Slack',
      kind: 'SERVICE',
      emailTrust: 'VERIFIED_ONLY',
      managedDomains: ['acme.example'],
      coverage: { service: { displayName: 'Acme Slack' }, state: 'COMPLETE', asOf: at(now - 5 * minute), ageSeconds: 300, seen: 3, issue: null },
      sync: { running: false, lastSealedAt: at(now - 5 * minute), quarantined: 0, issue: null },
    });
    expect(services[3]).toMatchObject({
      type: 'segment',
      serviceId: null,
      coverage: {
        state: 'FAILED',
        asOf: null,
        ageSeconds: null,
        issue: {
          service: { displayName: 'Segment' },
          code: 'SERVICE_UNREACHABLE',
          message: 'segment: no connection',
          retryable: true,
          retryAfter: at(now + minute),
          path: ['users'],
        },
      },
      sync: { lastSealedAt: null, issue: { code: 'SERVICE_UNREACHABLE' } },
    });
  });

  test('come in the order of the configuration, by kind when asked', async () => {
    expect(await bench().data('{ services(type: "slack") { serviceId } }')).toEqual({ services: [{ serviceId: 'T1' }, { serviceId: 'T2' }] });
    const reply = await bench().ask('{ services(type: "slak") { id } }');
    expect(reply.body.errors?.[0]?.message).toBe(
      'type: no service "slak" is configured; did you mean "slack"? configured: slack, pagerduty, segment',
    );
  });

  test('say what they can be asked for', async () => {
    const { services } = (await bench().data('{ services(type: "slack") { capabilities { operation supported note } } }')) as {
      services: { capabilities: { operation: string; supported: boolean }[] }[];
    };
    for (const { operation, supported } of services.flatMap(({ capabilities }) => capabilities)) {
      expect([typeof operation, typeof supported]).toEqual(['string', 'boolean']);
    }
  });

  test('have no members before they have answered once', async () => {
    expect(await bench().data('{ services(type: "segment") { members { nodes { id } } } }')).toEqual({ services: [{ members: { nodes: [] } }] });
  });
});

describe('operating a service', () => {
  const sync = (service: string) => `mutation { syncService(service: ${service}) { service { displayName } userErrors { code field message } } }`;

  test('asks the operator for that service', async () => {
    const asked: unknown[] = [];
    const operator: Operator = {
      sync: async (selector) => {
        asked.push(selector);
        const { services } = (await pinned.view()) as { services: readonly never[] };
        return services[2];
      },
      acknowledgeQuarantine: async (selector, accept, reason) => {
        asked.push([selector, accept, reason]);
        const { services } = (await pinned.view()) as { services: readonly never[] };
        return services[2];
      },
    };
    const pinned = { view: (): Promise<unknown> => Promise.resolve({ services: [] }) };
    await using operated = await startFilled(small, operator);
    pinned.view = async () => operated.directory.open();
    expect(await operated.data(sync('{ type: "pagerduty" }'))).toEqual({ syncService: { service: { displayName: 'Pager' }, userErrors: [] } });
    const acknowledge =
      'mutation { acknowledgeQuarantine(service: { type: "pagerduty", serviceId: "acme" }, accept: true, reason: "a real clean-up") { service { displayName } userErrors { code } } }';
    expect(await operated.data(acknowledge)).toEqual({ acknowledgeQuarantine: { service: { displayName: 'Pager' }, userErrors: [] } });
    expect(asked).toEqual([{ type: 'pagerduty', serviceId: undefined }, [{ type: 'pagerduty', serviceId: 'acme' }, true, 'a real clean-up']]);
  });

  test.each([
    ['{ type: "slak" }', 'NOT_FOUND', ['service'], 'did you mean "slack"'],
    ['{ type: "slack", serviceId: "T9" }', 'NOT_FOUND', ['service'], '"T9"'],
    ['{ type: "slack" }', 'CONFLICT', ['service', 'serviceId'], '2 services'],
  ])('%s is an error that the caller can mend', async (service, code, field, message) => {
    const { syncService } = (await bench().data(sync(service))) as { syncService: { service: null; userErrors: { message: string }[] } };
    expect(syncService).toMatchObject({ service: null, userErrors: [{ code, field }] });
    expect(syncService.userErrors[0]?.message).toContain(message);
  });

  test('a decision needs a reason', async () => {
    const query = 'mutation { acknowledgeQuarantine(service: { type: "pagerduty" }, accept: false, reason: "  ") { userErrors { code field } } }';
    expect(await bench().data(query)).toEqual({ acknowledgeQuarantine: { userErrors: [{ code: 'BAD_USER_INPUT', field: ['reason'] }] } });
  });

  test('an operator that does not know the service either says so', async () => {
    await using operated = await startFilled(small, idle);
    expect(await operated.data(sync('{ type: "pagerduty" }'))).toMatchObject({ syncService: { service: null, userErrors: [{ code: 'NOT_FOUND' }] } });
    expect(createRecorder().entries).toEqual([]);
  });
});
