const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

const short = /^(\d{1,9})(ms|[smhdw])$/;
// Years and months have no fixed length (RFC 3339, appendix A: dur-time, dur-date, dur-week).
const iso = /^P(?=[\dT])(?:(\d{1,9})W|(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,3})?)S)?)?)$/;

/** Milliseconds of `30s`, `15m`, `2h`, `7d`, or of an ISO 8601 duration such as `PT15M` and `P30D`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const word = short.exec(text);
  if (word !== null) return Number(word[1]) * unitMs[word[2] as keyof typeof unitMs];
  const parts = iso.exec(text);
  if (parts === null) return undefined;
  const units = [unitMs.w, unitMs.d, unitMs.h, unitMs.m, unitMs.s];
  return Math.round(units.reduce((sum, unit, n) => sum + unit * Number(parts[n + 1] ?? 0), 0));
}
