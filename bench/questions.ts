/** What is asked, and what the gateway and the plain server both answer. */
export const onePerson = `query Who($email: String!) {
  user(by: { email: $email }) {
    id displayName primaryEmail status
    identities { externalId status username service { type serviceId } }
  }
}`;

export const manyPeople = `query Who($refs: [UserBy!]!) {
  usersBy(refs: $refs) {
    id displayName primaryEmail status
    identities { externalId status username service { type serviceId } role { name level } roles { name } }
    groups { nodes { externalId displayName } }
  }
}`;

const people = (filter: string): string => `query Page($first: Int!, $after: String) {
  list: users(first: $first, after: $after${filter}) {
    nodes { id displayName primaryEmail status identities { externalId status service { type serviceId } } }
    pageInfo { hasNextPage endCursor }
  }
}`;

const reportRows = `query Page($first: Int!, $after: String) {
  roleReport(filter: { minLevel: ADMIN }) {
    list: rows(first: $first, after: $after) {
      nodes { user { id displayName } identity { externalId status } service { type serviceId } role { name } level scopeKind source expiresAt }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

interface Connection {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

/** A list that is paged through, and where the answer has it. */
export interface PagedList {
  readonly title: string;
  readonly query: string;
  listOf(data: never): Connection;
}

export const pagedLists: readonly PagedList[] = [
  { title: 'people', query: people(''), listOf: ({ list }: { list: Connection }) => list },
  { title: 'administrators', query: people(', filter: { level: ADMIN }'), listOf: ({ list }: { list: Connection }) => list },
  { title: 'report of administrators', query: reportRows, listOf: ({ roleReport: { list } }: { roleReport: { list: Connection } }) => list },
];

export const batchSize = 100;

export interface Question {
  readonly query: string;
  readonly variables: object;
}

export const askOne = (email: string): Question => ({ query: onePerson, variables: { email } });
export const askMany = (emails: readonly string[]): Question => ({ query: manyPeople, variables: { refs: emails.map((email) => ({ email })) } });
