import { AdapterError } from '../contract/errors.ts';

/** Calls under way, shared by all who ask for the same at the same time. */
export interface Flights<Answer> {
  /**
   * Waits for the calls that are about these keys already, and begins others for the rest. A call is ended when none of those who joined it waits
   * any more. @throws what a call fails with.
   */
  join(keys: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Answer>>;
}

export interface FlightOptions<Answer> {
  /** Of the service, for messages. */
  readonly name: string;
  /** How many keys one call takes. Default 1. */
  readonly size?: number;
  /** @param ending aborts when nobody waits any more; may be aborted for other reasons too. */
  readonly call: (keys: readonly string[], ending: AbortController) => Promise<ReadonlyMap<string, Answer>>;
}

interface Flight<Answer> {
  readonly answers: Promise<ReadonlyMap<string, Answer>>;
  readonly ending: AbortController;
  waiting: number;
}

export function createFlights<Answer>({ name, size = 1, call }: FlightOptions<Answer>): Flights<Answer> {
  const flights = new Map<string, Flight<Answer>>();

  function depart(keys: readonly string[]): void {
    const ending = new AbortController();
    const land = (): void => {
      for (const key of keys) if (flights.get(key) === flight) flights.delete(key);
    };
    const flight: Flight<Answer> = { answers: call(keys, ending), ending, waiting: 0 };
    for (const key of keys) flights.set(key, flight);
    flight.answers.then(land, land);
    // Whoever comes now must not join a call that is being cut.
    ending.signal.addEventListener('abort', land, { once: true });
  }

  return {
    async join(keys, signal) {
      const own = keys.filter((key) => !flights.has(key));
      for (let start = 0; start < own.length; start += size) depart(own.slice(start, start + size));
      const joined = new Set(keys.flatMap((key) => flights.get(key) ?? []));
      for (const flight of joined) flight.waiting += 1;
      const leave = (): void => {
        for (const flight of joined) {
          flight.waiting -= 1;
          if (flight.waiting === 0) flight.ending.abort(new AdapterError('ABORTED', `${name}: nobody waits any more`));
        }
      };
      signal.addEventListener('abort', leave, { once: true });
      if (signal.aborted) leave();
      try {
        const told = await Promise.all([...joined].map((flight) => flight.answers));
        const asked = new Set(keys);
        return new Map(told.flatMap((answers) => [...answers].filter(([key]) => asked.has(key))));
      } finally {
        signal.removeEventListener('abort', leave);
      }
    },
  };
}
