/** Whether this process can answer, and what of it cannot: states and codes, nothing secret. */
export interface Readiness {
  readonly ready: boolean;
  readonly detail: unknown;
}

export interface HealthAnswer {
  readonly status: number;
  readonly body: string;
}

/** The process runs; says nothing about what it can do. */
export const live = (): HealthAnswer => ({ status: 200, body: JSON.stringify({ status: 'live' }) });

export function ready(state: Readiness, closing: boolean): HealthAnswer {
  const isReady = state.ready && !closing;
  const status = isReady ? 'ready' : closing ? 'closing' : 'not ready';
  return { status: isReady ? 200 : 503, body: JSON.stringify({ status, detail: state.detail }) };
}
