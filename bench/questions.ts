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

export const listPage = `query Page($first: Int!, $after: String) {
  users(first: $first, after: $after) {
    nodes { id displayName primaryEmail status identities { externalId status service { type serviceId } } }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const batchSize = 100;

export interface Question {
  readonly query: string;
  readonly variables: object;
}

export const askOne = (email: string): Question => ({ query: onePerson, variables: { email } });
export const askMany = (emails: readonly string[]): Question => ({ query: manyPeople, variables: { refs: emails.map((email) => ({ email })) } });
