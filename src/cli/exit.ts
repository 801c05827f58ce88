/**
 * 0: done. 1: it ran, and something failed. 2: it could not run: the command line or the configuration is wrong. 3: what was asked about is not known,
 * or several are; a list without rows is an answer.
 */
export const exitCodes = { done: 0, failed: 1, unusable: 2, nothing: 3 } as const;

/** A reason to end that the user can mend; told as one message, without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly exitCode: number;
  constructor(message: string, exitCode: number = exitCodes.unusable) {
    super(message);
    this.exitCode = exitCode;
  }
}
