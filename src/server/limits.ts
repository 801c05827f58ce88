import { complexityFromQuery } from '@pothos/plugin-complexity';
import { getVariableValues, Kind, visit, GraphQLError, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { Context } from '../graphql/context.ts';
import { apiError } from '../graphql/errors.ts';

/** What one request may ask for. */
export interface Limits {
  readonly maxBodyBytes: number;
  /** Lexical tokens of the document. */
  readonly maxTokens: number;
  readonly maxDepth: number;
  /** Fields in the whole operation, fragments spread. */
  readonly maxBreadth: number;
  /** Points as src/graphql/cost.ts counts them. */
  readonly maxComplexity: number;
  readonly maxErrors: number;
  readonly operationDeadlineMs: number;
}

export const defaultLimits: Limits = {
  maxBodyBytes: 256 * 1024,
  maxTokens: 2_000,
  maxDepth: 12,
  maxBreadth: 300,
  maxComplexity: 5_000,
  maxErrors: 50,
  operationDeadlineMs: 10_000,
};

export interface Operation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: Context;
}

/** What an operation cannot take of its variables. */
function variableErrors({ schema, definition, variables }: Operation, maxErrors: number): readonly GraphQLError[] {
  const { errors } = getVariableValues(schema, definition.variableDefinitions ?? [], variables, { maxErrors, hideSuggestions: true });
  return (errors ?? []).map((error) => apiError('BAD_USER_INPUT', error.message));
}

interface Refusal {
  readonly errors: readonly GraphQLError[];
  /** The fault lies with the variables, as GraphQL itself sees it. */
  readonly ofVariables: boolean;
}

/**
 * The size of the operation with these variables, or why it is refused with them, for what they are or for its size. To be asked for every request: the cost depends on the
 * variables, and what GraphQL Yoga remembers about a document does not. Measuring takes the variables in as graphql itself does; graphql-jit, which
 * executes, does not know @oneOf, and neither hides suggestions.
 */
export function measure(operation: Operation, limits: Limits): Size | Refusal {
  const size = sizeOf(operation);
  if (size instanceof GraphQLError) {
    const ofVariables = variableErrors(operation, limits.maxErrors);
    return ofVariables.length > 0 ? { errors: ofVariables, ofVariables: true } : { errors: [size], ofVariables: false };
  }
  const errors = limitErrors(size, limits);
  return errors.length > 0 ? { errors, ofVariables: false } : size;
}

function limitErrors({ complexity, depth, breadth }: Size, limits: Limits): readonly GraphQLError[] {
  if (depth > limits.maxDepth) {
    return [
      apiError('QUERY_DEPTH', `the query is ${depth} fields deep, the limit is ${limits.maxDepth}: fetch the inner part by its id in a second query`),
    ];
  }
  if (breadth > limits.maxBreadth) {
    return [apiError('QUERY_BREADTH', `the query selects ${breadth} fields, the limit is ${limits.maxBreadth}: split it`)];
  }
  if (complexity > limits.maxComplexity) {
    const points = Math.ceil(complexity);
    return [
      apiError(
        'QUERY_COMPLEXITY',
        `the query costs ${points} points, the limit is ${limits.maxComplexity}: ask for fewer rows (\`first\`) or split it`,
      ),
    ];
  }
  return [];
}

type Size = ReturnType<typeof complexityFromQuery>;

/** An argument that only its variables make unusable comes to light here first, as an error. */
function sizeOf(operation: Operation): Size | GraphQLError {
  const { schema, variables, context } = operation;
  try {
    return complexityFromQuery(costDocument(operation), { schema, variables, ctx: context });
  } catch (error) {
    if (error instanceof GraphQLError) return apiError('BAD_USER_INPUT', error.message);
    throw error;
  }
}

const withoutTypeNames = new WeakMap<DocumentNode, DocumentNode>();

/** The chosen operation with its fragments. `__typename` costs nothing, for many clients add it everywhere; under an alias it counts. */
function costDocument({ document, definition }: Operation): DocumentNode {
  let bare = withoutTypeNames.get(document);
  if (bare === undefined) {
    bare = visit(document, { Field: (field) => (field.name.value === '__typename' && field.alias === undefined ? null : undefined) });
    withoutTypeNames.set(document, bare);
  }
  const chosen = bare.definitions[document.definitions.indexOf(definition)];
  const fragments = bare.definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
  return { kind: Kind.DOCUMENT, definitions: chosen === undefined ? fragments : [chosen, ...fragments] };
}
