/** Why a request about our own store cannot be met: something that the caller can mend. */
export interface Refusal {
  readonly code: 'NOT_FOUND' | 'CONFLICT' | 'BAD_USER_INPUT';
  /** Path of the argument that is to blame. */
  readonly field: readonly string[];
  /** What is wrong, and the next step. */
  readonly message: string;
}
