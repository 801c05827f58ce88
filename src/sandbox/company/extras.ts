import { botWords, mailboxWords } from './names.ts';
import { managedDomains, type DemoService, type ServiceName } from './services.ts';
import { today, dayMs } from './ids.ts';
import type { Seat } from './seats.ts';

const botsPerMille: Partial<Record<ServiceName, number>> = { sym: 5, 'slack-main': 10, 'slack-labs': 5, ftrack: 2 };
const mailboxesPerMille = 2;

/** Accounts that no person holds: bots without an address, and role mailboxes that two live accounts of the main Slack workspace share. */
export function extraSeats(service: DemoService, people: number): readonly Seat[] {
  const first = people * 2;
  const bots = Array.from({ length: counted(botsPerMille[service.name], people) }, (_, n) => botSeat(first + n, wordAt(botWords, n), service));
  return [...bots, ...mailboxSeats(first + bots.length, service, people)];
}

const counted = (perMille: number | undefined, people: number): number =>
  perMille === undefined ? 0 : Math.max(2, Math.round((people * perMille) / 1000));

function botSeat(slot: number, word: string, service: DemoService): Seat {
  return { ...nobody(slot, `${word}-bot`), class: 'bot', kind: 'BOT', role: service.type === 'ftrack' ? '' : 'member' };
}

function mailboxSeats(first: number, service: DemoService, people: number): readonly Seat[] {
  const holders = service.name === 'slack-main' ? ['day', 'night'] : service.name === 'pagerduty' ? ['on call'] : [];
  const mailboxes = Array.from({ length: counted(mailboxesPerMille, people) }, (_, n) => wordAt(mailboxWords, n));
  return mailboxes.flatMap((word, n) =>
    holders.map((holder, h): Seat => {
      const seat = nobody(first + n * holders.length + h, `${word} ${holder}`);
      const role = service.type === 'slack' ? 'member' : 'limited_user';
      return { ...seat, class: 'shared-mailbox', kind: 'HUMAN', email: `${word}@${managedDomains[0]}`, proven: service.type === 'slack', role };
    }),
  );
}

function nobody(slot: number, name: string): Omit<Seat, 'class' | 'kind' | 'role'> {
  return {
    slot,
    holder: null,
    status: 'ACTIVE',
    firstName: '',
    lastName: '',
    displayName: name,
    title: undefined,
    startedAt: today - 900 * dayMs,
    email: undefined,
    proven: false,
    ownMailbox: false,
    declared: false,
  };
}

function wordAt(words: readonly string[], n: number): string {
  const round = Math.floor(n / words.length);
  return `${words[n % words.length]}${round === 0 ? '' : `-${round + 1}`}`;
}
