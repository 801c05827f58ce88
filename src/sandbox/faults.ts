import type { Refusal, SandboxRequest, SandboxResponse } from '../contract/sandbox.ts';

/** What happens to a call instead of, or on top of, the sandbox's own answer. */
export type Effect =
  /** The service's own way of refusing. */
  | { readonly refuse: Refusal }
  | { readonly respond: SandboxResponse }
  /** The real answer, changed. */
  | { readonly alter: (response: SandboxResponse, request: SandboxRequest) => SandboxResponse }
  /** The real answer, late. */
  | { readonly delayMs: number }
  /** The real answer, its head at once and then one byte of the body at a time. */
  | { readonly dripMs: number }
  /** The real answer, with the connection lost in the middle of its body. */
  | { readonly cutAfterBytes: number }
  /** The connection is reset without an answer. */
  | { readonly reset: true }
  /** Never answered. */
  | { readonly swallow: true };

export interface FaultRule {
  readonly name: string;
  readonly match?: {
    readonly method?: string;
    /** Tried against the path below the base path, as sent (percent-encoded). */
    readonly path?: RegExp;
    /** Leaves this many of the matching calls alone first. Default 0. */
    readonly skip?: number;
    /** Default 1. */
    readonly times?: number;
  };
  readonly effect: Effect;
}

export interface FaultPlan {
  /** The effect for this call, if any: the first rule that matches and is not used up. Every matching call counts towards `skip`. */
  next(request: SandboxRequest): Effect | undefined;
  unfired(): readonly FaultRule[];
}

export function createFaultPlan(rules: readonly FaultRule[]): FaultPlan {
  const entries = rules.map((rule) => ({ rule, seen: 0, fired: 0 }));
  return {
    next(request) {
      const matching = entries.filter(({ rule }) => matches(rule, request));
      for (const entry of matching) entry.seen += 1;
      const winner = matching.find(({ rule, seen, fired }) => seen > (rule.match?.skip ?? 0) && fired < (rule.match?.times ?? 1));
      if (!winner) return undefined;
      winner.fired += 1;
      return winner.rule.effect;
    },
    unfired: () => entries.filter(({ fired }) => fired === 0).map(({ rule }) => rule),
  };
}

function matches({ match = {} }: FaultRule, request: SandboxRequest): boolean {
  if (match.method !== undefined && match.method !== request.method) return false;
  // search() ignores lastIndex, so a global or sticky expression keeps no state between calls
  return match.path === undefined || request.path.search(match.path) !== -1;
}
