import { parse } from 'secure-json-parse';

// No service nests its answers like this; recursive code further in (schemas, JSON.stringify) would run out of stack.
const maxDepth = 256;

/**
 * JSON whose integers beyond 2^53 read as strings, digit by digit, and in which no key can reach a prototype.
 * @throws Error without any part of the text
 */
export function parseJson(text: string): unknown {
  if (isTooDeep(text)) throw new Error('nested too deeply');
  // a reviver makes parsing slow, and few answers hold such a number
  const needsReviver = /\d{16}|[eE]\+?\d{3}/.test(text);
  try {
    return parse(text, needsReviver ? keepLargeNumbers : undefined, { protoAction: 'remove', constructorAction: 'remove' });
  } catch {
    // V8 puts an excerpt of the text into its message
    throw new Error('not JSON');
  }
}

function keepLargeNumbers(this: unknown, _key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || context?.source === undefined) return value;
  return /^-?\d+$/.test(context.source) || !Number.isFinite(value) ? context.source : value;
}

const [quote, backslash, openBracket, closeBracket, openBrace, closeBrace] = ['"', '\\', '[', ']', '{', '}'].map((sign) => sign.charCodeAt(0));

function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === backslash) at += 1;
      else if (code === quote) inString = false;
    } else if (code === quote) inString = true;
    else if (code === openBracket || code === openBrace) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (code === closeBracket || code === closeBrace) depth -= 1;
  }
  return false;
}
