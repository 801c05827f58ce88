/** What an answer may be sent as (GraphQL over HTTP, section 4.2). */
export type MediaType = 'application/json' | 'application/graphql-response+json';

/**
 * The media type that the caller likes best; undefined when none of ours will do. Without a wish it is `application/json`, which everything reads.
 */
export function negotiate(accept: string | undefined): MediaType | undefined {
  if (accept === undefined || accept === '' || accept === '*/*') return 'application/json';
  let best: { readonly type: MediaType; readonly quality: number; readonly exact: number } | undefined;
  for (const range of accept.split(',')) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const type = offered(name);
    const quality = qualityOf(parameters);
    if (type === undefined || quality === 0) continue;
    const exact = name.includes('*') ? 0 : type === 'application/json' ? 1 : 2;
    if (best === undefined || quality > best.quality || (quality === best.quality && exact > best.exact)) best = { type, quality, exact };
  }
  return best?.type;
}

function offered(range: string): MediaType | undefined {
  if (range === '*/*' || range === 'application/*') return 'application/json';
  return range === 'application/json' || range === 'application/graphql-response+json' ? range : undefined;
}

function qualityOf(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = given === undefined ? 1 : Number(given.slice(2));
  return Number.isFinite(quality) ? quality : 0;
}

/** JSON in UTF-8: what a body must be. */
export function isJson(contentType: string | undefined): boolean {
  if (contentType === undefined) return false;
  const [type, ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  return type === 'application/json' && parameters.every((parameter) => !parameter.startsWith('charset=') || /^charset="?utf-?8"?$/.test(parameter));
}
