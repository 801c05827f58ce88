import { createRequire } from 'node:module';
import {
  createSourceEventStream,
  execute,
  getOperationAST,
  GraphQLError,
  Kind,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type OperationDefinitionNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import type * as Yoga from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import { createRevisionFeed } from '../directory/revision-feed.ts';
import { createContext, type ContextOptions } from '../graphql/context.ts';
import { apiError } from '../graphql/errors.ts';
import { compiling } from './compiling.ts';
import { codeOf, toFormatted, type Log } from './errors.ts';
import { measure, type Limits } from './limits.ts';

// Its CommonJS build: the four hundred modules that it stands on take 40 % less time to load than as ES modules.
const { createYoga } = createRequire(import.meta.url)('graphql-yoga') as typeof Yoga;

/** What a caller sends. */
export interface Params {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string | undefined;
}

/** An answer and how HTTP is to say it. */
export interface Answer {
  readonly status: number;
  /** True when `application/json` answers 200 all the same: the request was well formed, and the failure is GraphQL's own. */
  readonly softStatus: boolean;
  /** It was refused only because one answer cannot tell it. */
  readonly subscription?: boolean;
  readonly result: Result;
}

interface Result {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions?: { readonly omittedErrors: number };
}

export interface EngineOptions extends Pick<ContextOptions, 'directory' | 'operator' | 'desk'> {
  readonly schema: GraphQLSchema;
  readonly limits: Limits;
  readonly log: Log;
}

export interface Engine {
  answer(params: Params, request: Request): Promise<Answer>;
  /** Undefined once a subscription has begun, and then its results until the signal aborts; of any other operation its one answer. */
  stream(params: Params, request: Request): AsyncIterable<Result | undefined>;
}

type Request = Pick<ContextOptions, 'requestId' | 'signal'> & { readonly readOnly: boolean };

interface Prepared {
  readonly enveloped: ReturnType<ReturnType<typeof createYoga>['getEnveloped']>;
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
}

/** Parses (remembered), validates (remembered), checks the limits (each time) and executes one operation, in a context of its own. */
export function createEngine({ schema, directory, operator, desk, limits, log }: EngineOptions): Engine {
  const feed = createRevisionFeed(directory);
  // Of Yoga the pipeline alone: its fetch layer would be four fifths of the cost of a small query. Masking is toFormatted's.
  const { getEnveloped } = createYoga({
    schema,
    logging: false,
    maskedErrors: false,
    parserAndValidationCache: { documentCache: boundedCache(), errorCache: boundedCache() },
    plugins: [strict(limits), compiling(log)],
  });

  /** Whatever there is to say against the operation, or what it takes to execute it. */
  function prepare({ query, variables, operationName }: Params, { requestId, signal, readOnly }: Request): Answer | Prepared {
    const refuse = (errors: readonly unknown[], status = 400, softStatus = false): Answer => ({
      status,
      softStatus,
      result: toResult({ errors }, requestId),
    });
    let points = 0;
    const context = createContext({ directory, operator, desk, feed, requestId, signal, takesTurn: () => points >= pointsOfLarge });
    const enveloped = getEnveloped(context);
    let document: DocumentNode;
    try {
      document = enveloped.parse(query);
    } catch (error) {
      const refusal = toParseError(error, limits);
      return refuse([refusal], 400, codeOf(refusal) === 'GRAPHQL_PARSE_FAILED');
    }
    const invalid = enveloped.validate(schema, document);
    if (invalid.length > 0) return refuse(invalid, 400, true);
    const definition = getOperationAST(document, operationName);
    if (definition == null) return refuse([unknownOperation(document, operationName)], 400, true);
    if (readOnly && definition.operation !== OperationTypeNode.QUERY) {
      return refuse([apiError('BAD_USER_INPUT', 'only queries can be asked by GET: send a mutation by POST')], 405);
    }
    const measured = measure({ schema, document, definition, variables, context }, limits);
    if ('errors' in measured) return refuse(measured.errors, 400, measured.ofVariables);
    points = measured.complexity;
    return { enveloped, document, definition };
  }

  return {
    async answer(params, request) {
      const prepared = prepare(params, request);
      if ('status' in prepared) return prepared;
      const { enveloped, document, definition } = prepared;
      if (definition.operation === OperationTypeNode.SUBSCRIPTION) {
        const refusal = apiError('BAD_USER_INPUT', 'a subscription is told by server-sent events: accept text/event-stream');
        return { status: 406, softStatus: false, subscription: true, result: toResult({ errors: [refusal] }, request.requestId) };
      }
      const contextValue: unknown = await enveloped.contextFactory();
      const { variables: variableValues, operationName } = params;
      const result = (await enveloped.execute({ schema, document, contextValue, variableValues, operationName })) as ExecutionResult;
      return { status: 200, softStatus: false, result: toResult(result, request.requestId) };
    },
    async *stream(params, request) {
      const prepared = prepare(params, request);
      if ('status' in prepared) {
        yield prepared.result;
        return;
      }
      if (prepared.definition.operation !== OperationTypeNode.SUBSCRIPTION) {
        yield (await this.answer(params, request)).result;
        return;
      }
      const { document } = prepared;
      const { variables: variableValues, operationName } = params;
      const newContext = () => createContext({ directory, operator, desk, feed, ...request });
      const events = await createSourceEventStream({ schema, document, contextValue: newContext(), variableValues, operationName });
      if (!(Symbol.asyncIterator in events)) {
        yield toResult(events, request.requestId);
        return;
      }
      yield undefined;
      // Each event is answered in a context of its own: it must not see what was loaded for the one before.
      for await (const rootValue of events) {
        yield toResult(await execute({ schema, document, rootValue, contextValue: newContext(), variableValues, operationName }), request.requestId);
      }
    },
  };

  function toResult({ data, errors = [] }: ExecutionResult, requestId: string): Result {
    const shown = errors.slice(0, limits.maxErrors);
    return {
      ...(errors.length === 0 ? {} : { errors: toFormatted(shown, requestId, log) }),
      ...(data === undefined ? {} : { data }),
      ...(errors.length === shown.length ? {} : { extensions: { omittedErrors: errors.length - shown.length } }),
    };
  }
}

/** What costs so much makes some hundred KiB of objects. */
const pointsOfLarge = 500;

interface ExecutionResult {
  readonly data?: unknown;
  readonly errors?: readonly unknown[];
}

function strict({ maxTokens, maxErrors }: Limits): Yoga.Plugin {
  return {
    onParse: ({ setParseFn }) => setParseFn((source) => parse(source, { maxTokens })),
    onValidate: ({ setValidationFn }) =>
      setValidationFn((schema: GraphQLSchema, document: DocumentNode, rules: typeof specifiedRules = specifiedRules) =>
        validate(schema, document, rules, { maxErrors, hideSuggestions: true }),
      ),
  };
}

function toParseError(error: unknown, { maxTokens }: Limits): unknown {
  if (!(error instanceof GraphQLError)) return error;
  if (/^Syntax Error: Document contains more tha[nt] \d+ tokens/.test(error.message)) {
    return apiError('QUERY_TOO_LONG', `the document has more than ${maxTokens} tokens: split it`);
  }
  return new GraphQLError(error.message, { source: error.source, positions: error.positions, extensions: { code: 'GRAPHQL_PARSE_FAILED' } });
}

function unknownOperation(document: DocumentNode, operationName: string | undefined): GraphQLError {
  const names = document.definitions.flatMap((each) => (each.kind === Kind.OPERATION_DEFINITION ? [each.name?.value ?? '(unnamed)'] : []));
  if (names.length === 0) return apiError('BAD_USER_INPUT', 'the document holds no operation');
  const problem = operationName === undefined ? 'the document holds several operations' : 'no operation of the document has that name';
  return apiError('BAD_USER_INPUT', `operationName: ${problem}; it holds ${names.join(', ')}`);
}

// Long documents cost memory to remember, and whoever sends one sends many.
const maxRememberedLength = 20_000;

function boundedCache<V extends object>(): { get(key: string): V | undefined; set(key: string, value: V): void } {
  const cache = new LRUCache<string, V>({ max: 1024 });
  return {
    get: (key) => cache.get(key),
    set: (key, value) => {
      if (key.length <= maxRememberedLength) cache.set(key, value);
    },
  };
}
