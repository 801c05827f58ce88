/** Processor time of this process in ms, user and system, other processes' load left out. */
export function cpuClock(): () => number {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
}

/** The least of some runs, in ms of processor time. */
export async function best(runs: number, act: () => unknown): Promise<number> {
  let least = Infinity;
  for (let run = 0; run < runs; run++) {
    const spent = cpuClock();
    await act();
    least = Math.min(least, spent());
  }
  return least;
}
