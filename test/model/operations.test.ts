import { describe } from 'vitest';
import { shareCompany } from './company.ts';
import { ftrackOperations, segmentOperations, waiiOperations } from './operations-others.ts';
import { squirroAccounts, squirroPlaces } from './operations-squirro.ts';
import { symPeople, symRoles } from './operations-sym.ts';

// Every reading operation of five services' own interfaces, by its own name, answered by the field of the API that stands for it. What is expected comes
// from the demo company alone.

const house = shareCompany(120);

describe('Sym: sdk.user', () => {
  symPeople(house);
  symRoles(house);
});
describe('Squirro: UserApiMixin', () => {
  squirroAccounts(house);
  squirroPlaces(house);
});
describe('ftrack: security roles', () => ftrackOperations(house));
describe('Waii: user', () => waiiOperations(house));
describe('Segment: IAM users', () => segmentOperations(house));
