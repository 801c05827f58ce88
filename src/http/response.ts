import { isUtf8 } from 'node:buffer';
import { AdapterError } from '../contract/errors.ts';
import type { HttpResponse } from '../contract/http.ts';
import { parseJson } from './json.ts';

/** @param bytes the decoded body */
export function createResponse(label: string, status: number, headers: Readonly<Record<string, string>>, bytes: Buffer): HttpResponse {
  // TextDecoder drops the byte order mark
  const text = new TextDecoder().decode(bytes);
  const valid = isUtf8(bytes);
  const refuse = (problem: string): AdapterError => new AdapterError('BAD_RESPONSE', `${label}: ${problem}`, { status });
  return {
    status,
    headers,
    text,
    json() {
      const problem = findMediaProblem(headers['content-type'], text);
      if (problem !== undefined) throw refuse(problem);
      if (!valid) throw refuse('answered with text that is not UTF-8');
      if (text.trim() === '') throw refuse('answered with nothing instead of JSON');
      try {
        return parseJson(text);
      } catch (error) {
        throw refuse(`answered with JSON that cannot be read: ${error instanceof Error ? error.message : 'unreadable'}`);
      }
    },
  };
}

const jsonType = /^(?:application\/(?:[\w.!#$&^-]+\+)?json|text\/json|(?:text|application)\/javascript)$/;

function findMediaProblem(contentType: string | undefined, text: string): string | undefined {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (jsonType.test(type)) return undefined;
  if (type === 'text/html' || type === 'application/xhtml+xml' || (type === '' && /^\s*</.test(text))) {
    return 'answered with HTML instead of JSON: is the base address right?';
  }
  if (type === '') return undefined;
  return `answered with ${/^[\w.+-]{1,40}\/[\w.+-]{1,40}$/.test(type) ? type : 'an unreadable media type'} instead of JSON: is the base address right?`;
}
