// The demo company's services in a process of their own, so that neither their work nor their memory is counted as the reader's.
import { createBirpc } from 'birpc';
import { createServices, type CompanyServices } from './fill.ts';

export interface ServicesProcess {
  /** A configuration that reads a company of so many people into a store. */
  configure(people: number, store: string): string;
  answer(people: number, ...asked: Parameters<CompanyServices['answer']>): ReturnType<CompanyServices['answer']>;
}

const companies = new Map<number, CompanyServices>();

function companyOf(people: number): CompanyServices {
  const known = companies.get(people) ?? createServices(people);
  companies.set(people, known);
  return known;
}

const functions: ServicesProcess = {
  configure: (people, store) => companyOf(people).configure(store),
  answer: (people, service, asked) => companyOf(people).answer(service, asked),
};
createBirpc(functions, { post: (message) => process.send?.(message), on: (listener) => process.on('message', listener), timeout: -1 });
process.on('disconnect', () => process.exit());
