/** The environment, read here alone. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;

/** `PORT` wins over the configuration, as hosts of web services expect. @throws RangeError when it is no port. */
export function portOverride(): number | undefined {
  const text = environment['PORT'];
  if (text === undefined || text === '') return undefined;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new RangeError('PORT must be a whole number from 0 to 65535');
  return port;
}
