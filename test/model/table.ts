import { peopleCells, proofCells } from './table-accounts.ts';
import { groupCells, roleCells, scopedRoleCells } from './table-access.ts';
import { credentialsCells } from './table-credentials.ts';
import { placeCells } from './table-places.ts';
import type { Row } from './table-row.ts';

/** The parts of the model by service: each cell says in the service's words what must be seen through GraphQL. A service without a cell has no such thing. */
export const table: readonly Row[] = [
  ...placeCells,
  ...peopleCells,
  ...roleCells,
  ...scopedRoleCells,
  ...groupCells,
  ...credentialsCells,
  ...proofCells,
];
