import { inspect } from 'node:util';
import { AdapterError } from '../../src/contract/errors.ts';
import type { Bench } from './bench.ts';

/** Planted wherever a hostile or careless service could put a secret. */
export const canary = 'cAnArY-7f3a91-sEcReT';
/** Planted into refusals: no message repeats a service's text. */
export const bodyMark = 'bOdYmArK-55e0';

const secretName = /token|key|secret|password|jwt/i;
const secretHeader = /authorization|token|key|secret|cookie|password/i;
const shortestSecret = 8;

/** The credentials that the sandbox accepts, what was sent in headers that carry credentials, and the canary. */
export function findSecrets(bench: Bench): ReadonlySet<string> {
  const secrets = new Set([canary]);
  const add = (text: string): void => {
    if (text.length < shortestSecret) return;
    for (const form of [text, encodeURIComponent(text), Buffer.from(text).toString('base64')]) secrets.add(form);
  };
  const walk = (value: unknown, name: string): void => {
    if (typeof value === 'string' && secretName.test(name)) add(value);
    else if (typeof value === 'object' && value !== null) for (const [key, inner] of Object.entries(value)) walk(inner, key);
  };
  walk(bench.settings, '');
  for (const token of findSentTokens(bench)) add(token);
  return secrets;
}

/** What headers that carry credentials carried, without the name of the scheme. */
export function findSentTokens(bench: Bench): readonly string[] {
  const sent = bench.server.calls.flatMap(({ headers }) =>
    Object.entries(headers).flatMap(([name, value]) => (secretHeader.test(name) ? [value] : [])),
  );
  return [...new Set(sent.map((value) => value.replace(/^\w+ (?:token=)?/, '')))].filter((token) => token.length >= shortestSecret);
}

/** The first secret found, by its head only. */
export function findLeak(value: unknown, secrets: ReadonlySet<string>): string | undefined {
  const text = inspect(value, { depth: 30, maxArrayLength: Infinity, maxStringLength: Infinity, breakLength: Infinity });
  for (const secret of secrets) if (text.includes(secret)) return `${secret.slice(0, 6)}…`;
  return undefined;
}

const longestMessage = 600;

/** What is wrong with an error whatever it stands for. */
export function judgeError(error: unknown, secrets: ReadonlySet<string>): readonly string[] {
  if (!(error instanceof AdapterError))
    return [`threw no AdapterError but ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`];
  const failures: string[] = [];
  if (error.message.trim() === '' || error.message.length > longestMessage) failures.push(`a message of ${error.message.length} characters`);
  if (error.message.includes(bodyMark)) failures.push('the message repeats the body of the answer');
  const leak = findLeak([error, error.stack, error.cause], secrets);
  if (leak !== undefined) failures.push(`a secret (${leak}) in the error`);
  return failures;
}
