import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { BadCursorError } from '../directory/view.ts';
import { badInput, errorCodes, type ErrorCode } from '../graphql/errors.ts';

/** Where the server writes; pino fits. */
export interface Log {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

// Beside the code and the request's id, these may leave.
const details = ['service', 'retryAfterSeconds', 'asOf'] as const;

/** The errors as the caller may see them: all but the closed list of codes are masked and logged. */
export function toFormatted(errors: readonly unknown[], requestId: string, log: Log): readonly GraphQLFormattedError[] {
  return errors.map((error) => {
    const known = toKnown(error);
    if (known === undefined) {
      log.error({ requestId, err: causeOf(error) }, 'an operation failed unexpectedly');
    }
    const shown =
      known ?? new GraphQLError('something went wrong on our side: report the request id', { extensions: { code: 'INTERNAL_SERVER_ERROR' } });
    const { path, locations } = error instanceof GraphQLError ? error : shown;
    const allowed = Object.fromEntries(details.flatMap((name) => (name in shown.extensions ? [[name, shown.extensions[name]]] : [])));
    return {
      message: shown.message,
      ...(locations === undefined ? {} : { locations }),
      ...(path === undefined ? {} : { path }),
      extensions: { code: shown.extensions['code'], ...allowed, requestId },
    };
  });
}

export function codeOf(error: unknown): ErrorCode | undefined {
  const code = error instanceof GraphQLError ? error.extensions['code'] : undefined;
  return errorCodes.find((known) => known === code);
}

function toKnown(error: unknown): GraphQLError | undefined {
  if (causeOf(error) instanceof BadCursorError) return badInput('after', new BadCursorError().message);
  // What was thrown beyond our own errors may carry a code by accident.
  return error instanceof GraphQLError && codeOf(error) !== undefined && causeOf(error) instanceof GraphQLError ? error : undefined;
}

function causeOf(error: unknown): unknown {
  let cause = error;
  for (let depth = 0; depth < 8 && cause instanceof GraphQLError && cause.originalError !== undefined; depth++) cause = cause.originalError;
  return cause;
}
