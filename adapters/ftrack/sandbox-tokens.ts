export interface Token {
  readonly kind: 'word' | 'text' | 'sign';
  readonly value: string;
}

/** What the service calls a ParseError. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
}

const signs = ['>=', '<=', '!=', '>', '<', '=', '(', ')', ','] as const;
const word = /[^\s"'()<>=!,\\]+/y;
const space = /\s+/y;

/** Words, signs and quoted texts; in a text a backslash takes the next character as it is. */
export function tokenize(expression: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(expression)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  for (take(space); at < expression.length; take(space)) {
    const sign = signs.find((candidate) => expression.startsWith(candidate, at));
    const letter = expression.charAt(at);
    if (sign !== undefined) {
      tokens.push({ kind: 'sign', value: sign });
      at += sign.length;
    } else if (letter === '"' || letter === "'") {
      const text = readText(expression, at);
      tokens.push({ kind: 'text', value: text.value });
      at = text.end;
    } else {
      const value = take(word);
      if (value === undefined) throw new QueryError(`Unexpected character at position ${at}.`);
      tokens.push({ kind: 'word', value });
    }
  }
  return tokens;
}

function readText(expression: string, start: number): { readonly value: string; readonly end: number } {
  const quote = expression.charAt(start);
  const parts: string[] = [];
  let from = start + 1;
  for (let at = from; at < expression.length; at += 1) {
    const letter = expression.charAt(at);
    if (letter === quote) return { value: parts.join('') + expression.slice(from, at), end: at + 1 };
    if (letter !== '\\') continue;
    parts.push(expression.slice(from, at));
    from = at + 1;
    at += 1;
  }
  throw new QueryError(`Text at position ${start} does not end.`);
}
