// What the gateway is measured against: GraphQL Yoga as its documentation sets it up, whose resolvers read finished answers from a Map.
import { createServer } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';

/** A person as the gateway answered, under the address that was asked. */
export type Answers = readonly (readonly [email: string, person: object])[];

const people = new Map<string, object>();

const schema = createSchema({
  typeDefs: `
    type Query { user(by: UserBy!): User, usersBy(refs: [UserBy!]!): [User]! }
    input UserBy @oneOf { id: ID, email: String, username: String }
    type User {
      id: ID!
      displayName: String
      primaryEmail: String
      status: AccountStatus!
      identities: [Identity!]!
      groups(first: Int, after: String): GroupConnection!
    }
    enum AccountStatus { ACTIVE INVITED SUSPENDED DELETED UNKNOWN }
    enum RoleLevel { OWNER ADMIN MANAGER MEMBER READER GUEST NONE UNKNOWN }
    type Identity { externalId: ID!, status: AccountStatus!, username: String, service: Service!, role: Role, roles: [Role!]! }
    type Service { type: String!, serviceId: String }
    type Role { name: String!, level: RoleLevel! }
    type GroupConnection { nodes: [Group!]! }
    type Group { externalId: ID!, displayName: String! }
  `,
  resolvers: {
    Query: {
      user: (_root, { by }: { by: { email: string } }) => people.get(by.email),
      usersBy: (_root, { refs }: { refs: readonly { email: string }[] }) => refs.map(({ email }) => people.get(email)),
    },
  },
});

const yoga = createYoga({ schema, logging: false });
const server = createServer((request, response) => void yoga(request, response));
process.on('disconnect', () => process.exit());
process.once('message', (answers: Answers) => {
  for (const [email, person] of answers) people.set(email, person);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    process.send?.({ url: `http://127.0.0.1:${address.port}/graphql` });
  });
});
