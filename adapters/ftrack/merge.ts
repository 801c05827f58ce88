/**
 * Gives every mention of an entity all the attributes that the reply holds of it: the service writes an entity out where it first occurs, and only
 * `__entity_type__` and `id` after that, over all operations of one request (github.com/ftrackhq/ftrack-javascript, source/session.ts).
 * Works in place; the reply may be cyclic afterwards.
 */
export function mergeMentions(reply: unknown): void {
  const wholes = new Map<string, Mention>();
  const later: (readonly [mention: Mention, whole: Mention])[] = [];
  const queue: unknown[] = [reply];
  for (let value = queue.pop(); value !== undefined; value = queue.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    if (isMention(value)) {
      const key = `${value.__entity_type__.length}:${value.__entity_type__}${value.id}`;
      const whole = wholes.get(key);
      if (whole === undefined) wholes.set(key, value);
      else later.push([value, whole]);
    }
    for (const part of Object.values(value)) if (part !== undefined) queue.push(part);
  }
  for (const [mention, whole] of later) fill(whole, mention);
  for (const [mention, whole] of later) fill(mention, whole);
}

interface Mention extends Record<string, unknown> {
  readonly __entity_type__: string;
  readonly id: string | number;
}

function isMention(value: object): value is Mention {
  return (
    '__entity_type__' in value &&
    typeof value.__entity_type__ === 'string' &&
    'id' in value &&
    (typeof value.id === 'string' || typeof value.id === 'number')
  );
}

function fill(target: Record<string, unknown>, source: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(source)) if (!Object.hasOwn(target, name)) target[name] = value;
}
