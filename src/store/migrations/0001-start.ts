import { sql, type CreateTableBuilder, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Engine } from '../open.ts';
import { openRev } from '../tables.ts';

/** The whole first shape. Only what SQLite and PostgreSQL both take: text, bigint, integer, real. */
export const start = (engine: Engine): Migration => ({
  async up(db: Kysely<unknown>): Promise<void> {
    const table = (name: string) => db.schema.createTable(name);
    const interval = <T extends string, C extends string>(t: CreateTableBuilder<T, C>) =>
      t.addColumn('from_rev', 'bigint', (c) => c.notNull()).addColumn('to_rev', 'bigint', (c) => c.notNull());
    const rowId = <T extends string, C extends string>(t: CreateTableBuilder<T, C>, column: string) =>
      engine === 'postgres'
        ? t.addColumn(column, 'bigserial', (c) => c.primaryKey())
        : t.addColumn(column, 'integer', (c) => c.primaryKey().autoIncrement());
    const versioned = (name: string) =>
      interval(rowId(table(name), 'row_id'))
        .addColumn('svc', 'integer', (c) => c.notNull())
        .addColumn('key', 'text', (c) => c.notNull())
        .addColumn('hash', 'text', (c) => c.notNull())
        .addColumn('data', 'text', (c) => c.notNull())
        .addColumn('misses', 'integer', (c) => c.notNull().defaultTo(0))
        .addColumn('read_at', 'bigint');
    const index = (name: string, on: string, columns: readonly string[]) =>
      db.schema
        .createIndex(name)
        .on(on)
        .columns([...columns])
        .execute();

    await table('meta')
      .addColumn('name', 'text', (c) => c.primaryKey())
      .addColumn('value', 'text', (c) => c.notNull())
      .execute();
    await rowId(table('service'), 'svc')
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('type', 'text', (c) => c.notNull())
      .addColumn('service_id', 'text')
      .addColumn('display_name', 'text', (c) => c.notNull())
      .addColumn('profile', 'text', (c) => c.notNull())
      .addColumn('configured', 'integer', (c) => c.notNull())
      .addColumn('sealed_rev', 'bigint')
      .addColumn('sealed_as_of', 'bigint')
      .addColumn('partial', 'integer', (c) => c.notNull().defaultTo(0))
      .addColumn('issue', 'text')
      .addColumn('password_policy', 'text')
      .addColumn('quarantined', 'integer', (c) => c.notNull().defaultTo(0))
      .addColumn('last_started_at', 'bigint')
      .addColumn('next_at', 'bigint')
      .addColumn('seen', 'bigint')
      .addColumn('lease_owner', 'text')
      .addColumn('lease_until', 'bigint', (c) => c.notNull().defaultTo(0))
      .addColumn('fence', 'bigint', (c) => c.notNull().defaultTo(0))
      .addColumn('live_reads', 'bigint', (c) => c.notNull().defaultTo(0))
      .addUniqueConstraint('service_instance', ['type', 'service_id'])
      .execute();
    await table('revision')
      .addColumn('rev', 'bigint', (c) => c.primaryKey())
      .addColumn('at', 'bigint', (c) => c.notNull())
      .addColumn('cause', 'text', (c) => c.notNull())
      .execute();

    await versioned('identity')
      .addColumn('incarnation', 'integer', (c) => c.notNull())
      .addColumn('account_kind', 'text', (c) => c.notNull())
      .addColumn('status', 'text', (c) => c.notNull())
      .addColumn('display_name', 'text')
      .addColumn('username', 'text')
      .addColumn('sort_name', 'text', (c) => c.notNull())
      .addColumn('organization', 'text')
      .addColumn('last_active_at', 'bigint')
      .addColumn('mfa_enabled', 'integer')
      .execute();
    await interval(table('email'))
      .addColumn('svc', 'integer', (c) => c.notNull())
      .addColumn('key', 'text', (c) => c.notNull())
      .addColumn('address', 'text', (c) => c.notNull())
      .addColumn('exact', 'text')
      .addColumn('untagged', 'text')
      .addColumn('proof', 'text', (c) => c.notNull())
      .addColumn('is_primary', 'integer', (c) => c.notNull())
      .execute();
    await interval(table('declaration'))
      .addColumn('svc', 'integer', (c) => c.notNull())
      .addColumn('key', 'text', (c) => c.notNull())
      .addColumn('target_type', 'text', (c) => c.notNull())
      .addColumn('target_service_id', 'text', (c) => c.notNull())
      .addColumn('target_external_id', 'text', (c) => c.notNull())
      .addColumn('via', 'text', (c) => c.notNull())
      .execute();
    await versioned('user_group')
      .addColumn('display_name', 'text', (c) => c.notNull())
      .addColumn('sort_name', 'text', (c) => c.notNull())
      .addColumn('status', 'text', (c) => c.notNull())
      .execute();
    await versioned('membership')
      .addColumn('group_key', 'text', (c) => c.notNull())
      .addColumn('member_kind', 'text', (c) => c.notNull())
      .addColumn('member_key', 'text', (c) => c.notNull())
      .execute();
    await interval(table('group_reach'))
      .addColumn('svc', 'integer', (c) => c.notNull())
      .addColumn('group_key', 'text', (c) => c.notNull())
      .addColumn('ancestor_key', 'text', (c) => c.notNull())
      .execute();
    await versioned('role')
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('sort_name', 'text', (c) => c.notNull())
      .addColumn('level', 'integer', (c) => c.notNull())
      .addColumn('category', 'text')
      .execute();
    await versioned('scope')
      .addColumn('scope_kind', 'text', (c) => c.notNull())
      .addColumn('external_id', 'text', (c) => c.notNull())
      .addColumn('display_name', 'text', (c) => c.notNull())
      .addColumn('sort_name', 'text', (c) => c.notNull())
      .addColumn('parent_key', 'text')
      .execute();
    await versioned('access_grant')
      .addColumn('principal_kind', 'text', (c) => c.notNull())
      .addColumn('principal_key', 'text', (c) => c.notNull())
      .addColumn('role_key', 'text')
      .addColumn('level', 'integer', (c) => c.notNull())
      .addColumn('scope_kind', 'text', (c) => c.notNull())
      .addColumn('scope_key', 'text')
      .addColumn('source', 'text', (c) => c.notNull())
      .addColumn('expires_at', 'bigint')
      .execute();
    await versioned('invite')
      .addColumn('address', 'text', (c) => c.notNull())
      .addColumn('exact', 'text')
      .addColumn('status', 'text', (c) => c.notNull())
      .execute();
    await versioned('credential')
      .addColumn('credential_kind', 'text', (c) => c.notNull())
      .addColumn('identity_key', 'text', (c) => c.notNull())
      .addColumn('expires_at', 'bigint')
      .addColumn('last_used_at', 'bigint')
      .execute();
    await interval(table('person'))
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('status', 'text', (c) => c.notNull())
      .addColumn('display_name', 'text')
      .addColumn('first_name', 'text')
      .addColumn('last_name', 'text')
      .addColumn('username', 'text')
      .addColumn('primary_email', 'text')
      .addColumn('sort_name', 'text', (c) => c.notNull())
      .addColumn('search_text', 'text', (c) => c.notNull())
      .addColumn('last_active_at', 'bigint')
      .addColumn('updated_at', 'bigint', (c) => c.notNull())
      .execute();
    await rowId(table('person_number'), 'number')
      .addColumn('id', 'text', (c) => c.notNull().unique())
      .execute();
    await table('retired_person')
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('into_id', 'text', (c) => c.notNull())
      .addColumn('rev', 'bigint', (c) => c.notNull())
      .addColumn('to_rev', 'bigint', (c) => c.notNull().defaultTo(openRev))
      .addPrimaryKeyConstraint('retired_person_key', ['id', 'rev'])
      .execute();
    await interval(table('link_rejection'))
      .addColumn('svc', 'integer', (c) => c.notNull())
      .addColumn('key', 'text', (c) => c.notNull())
      .addColumn('incarnation', 'integer', (c) => c.notNull())
      .addColumn('user_id', 'text', (c) => c.notNull())
      .execute();
    await table('audit_event')
      .addColumn('seq', 'bigint', (c) => c.primaryKey())
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('rev', 'bigint', (c) => c.notNull())
      .addColumn('at', 'bigint', (c) => c.notNull())
      .addColumn('actor', 'text', (c) => c.notNull())
      .addColumn('operation', 'text', (c) => c.notNull())
      .addColumn('svc', 'integer')
      .addColumn('targets', 'text', (c) => c.notNull())
      .addColumn('outcome', 'text', (c) => c.notNull())
      .addColumn('reason', 'text')
      .addColumn('request_id', 'text')
      .addColumn('before', 'text')
      .addColumn('after', 'text')
      .addColumn('reverts', 'text')
      .addColumn('prev_hash', 'text', (c) => c.notNull())
      .addColumn('hash', 'text', (c) => c.notNull())
      .execute();
    await table('audit_target')
      .addColumn('target', 'text', (c) => c.notNull())
      .addColumn('seq', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('audit_target_key', ['target', 'seq'])
      .execute();
    await interval(table('link'))
      .addColumn('svc', 'integer', (c) => c.notNull())
      .addColumn('key', 'text', (c) => c.notNull())
      .addColumn('incarnation', 'integer', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('user_id', 'text')
      .addColumn('user_number', 'bigint')
      .addColumn('rule', 'text')
      .addColumn('confidence', 'real')
      .addColumn('evidence', 'text', (c) => c.notNull())
      .addColumn('decided_by', 'text')
      .addColumn('decided_at', 'bigint', (c) => c.notNull())
      .addColumn('note', 'text')
      .execute();
    await interval(table('match_case'))
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('svc', 'integer', (c) => c.notNull())
      .addColumn('key', 'text', (c) => c.notNull())
      .addColumn('reason', 'text', (c) => c.notNull())
      .addColumn('candidates', 'text', (c) => c.notNull())
      .addColumn('opened_at', 'bigint', (c) => c.notNull())
      .addColumn('decision', 'text')
      .execute();

    await table('sync_run')
      .addColumn('svc', 'integer', (c) => c.primaryKey())
      .addColumn('epoch', 'bigint', (c) => c.notNull())
      .addColumn('started_at', 'bigint', (c) => c.notNull())
      .addColumn('service_id', 'text', (c) => c.notNull())
      .addColumn('settings_hash', 'text', (c) => c.notNull())
      .execute();
    await table('sync_listing')
      .addColumn('svc', 'integer', (c) => c.notNull())
      .addColumn('listing', 'text', (c) => c.notNull())
      .addColumn('cursor', 'text')
      .addColumn('pages', 'integer', (c) => c.notNull())
      .addColumn('done', 'integer', (c) => c.notNull())
      .addColumn('announced', 'bigint')
      .addColumn('records', 'bigint', (c) => c.notNull())
      .addColumn('issue', 'text')
      .addPrimaryKeyConstraint('sync_listing_key', ['svc', 'listing'])
      .execute();
    await table('sync_page')
      .addColumn('svc', 'integer', (c) => c.notNull())
      .addColumn('listing', 'text', (c) => c.notNull())
      .addColumn('page', 'integer', (c) => c.notNull())
      .addColumn('confirmed', 'text', (c) => c.notNull())
      .addColumn('rejected', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('sync_page_key', ['svc', 'listing', 'page'])
      .execute();
    await table('incoming')
      .addColumn('svc', 'integer', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('key', 'text', (c) => c.notNull())
      .addColumn('hash', 'text', (c) => c.notNull())
      .addColumn('data', 'text', (c) => c.notNull())
      .addColumn('asked_at', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('incoming_key', ['svc', 'kind', 'key'])
      .execute();

    // Lists walk (order, tie-breaker); look-ups walk keys; both end at the open interval.
    for (const kind of ['user_group', 'membership', 'role', 'scope', 'access_grant', 'invite', 'credential']) {
      await index(`${kind}_key`, kind, ['svc', 'key', 'to_rev']);
    }
    // With all that a report asks of an account, its link and its grants, which so need not be fetched from all over their tables.
    await index('identity_key', 'identity', ['svc', 'key', 'to_rev', 'from_rev', 'status', 'incarnation']);
    await index('link_identity', 'link', ['svc', 'key', 'to_rev', 'from_rev', 'incarnation', 'state', 'user_id', 'user_number']);
    const reported = ['from_rev', 'level', 'role_key', 'expires_at', 'scope_kind', 'scope_key', 'source', 'key'];
    await index('access_grant_principal', 'access_grant', ['principal_kind', 'svc', 'principal_key', 'to_rev', ...reported]);
    await index('identity_sort', 'identity', ['sort_name', 'svc', 'key']);
    // Linking asks for what came or ended after a revision.
    for (const evidence of ['identity', 'email', 'declaration']) {
      await index(`${evidence}_from`, evidence, ['svc', 'from_rev']);
      await index(`${evidence}_to`, evidence, ['svc', 'to_rev']);
    }
    await index('email_identity', 'email', ['svc', 'key', 'to_rev']);
    await index('email_exact', 'email', ['exact', 'to_rev']);
    await index('email_untagged', 'email', ['untagged', 'to_rev']);
    await index('declaration_identity', 'declaration', ['svc', 'key', 'to_rev']);
    await index('declaration_target', 'declaration', ['target_external_id', 'target_type', 'target_service_id', 'to_rev']);
    await index('user_group_sort', 'user_group', ['sort_name', 'svc', 'key']);
    await index('membership_group', 'membership', ['svc', 'group_key', 'to_rev']);
    await index('membership_member', 'membership', ['svc', 'member_kind', 'member_key', 'to_rev']);
    await index('user_group_from', 'user_group', ['svc', 'from_rev']);
    await index('user_group_to', 'user_group', ['svc', 'to_rev']);
    await index('group_reach_group', 'group_reach', ['svc', 'group_key', 'to_rev']);
    await index('group_reach_ancestor', 'group_reach', ['svc', 'ancestor_key', 'to_rev']);
    await index('scope_parent', 'scope', ['svc', 'parent_key', 'to_rev']);
    await index('scope_sort', 'scope', ['scope_kind', 'sort_name', 'svc', 'key']);
    await index('access_grant_scope', 'access_grant', ['svc', 'scope_key', 'to_rev']);
    await index('access_grant_role', 'access_grant', ['svc', 'role_key', 'to_rev']);
    await index('access_grant_level', 'access_grant', ['level', 'svc', 'principal_kind', 'to_rev', 'from_rev', 'principal_key']);
    await index('invite_email', 'invite', ['exact', 'to_rev']);
    await index('credential_identity', 'credential', ['svc', 'identity_key', 'to_rev']);
    await index('person_id', 'person', ['id', 'to_rev']);
    await index('person_sort', 'person', ['sort_name', 'id']);
    await index('person_updated', 'person', ['updated_at', 'id']);
    await index('person_active', 'person', ['last_active_at', 'id']);
    await index('person_username', 'person', ['username', 'to_rev']);
    await index('retired_person_into', 'retired_person', ['into_id']);
    await index('link_user', 'link', ['user_id', 'to_rev']);
    await index('link_rejection_identity', 'link_rejection', ['svc', 'key', 'to_rev']);
    await index('audit_event_id', 'audit_event', ['id']);
    await index('audit_event_rev', 'audit_event', ['rev']);
    // What changed between two revisions.
    await index('link_from', 'link', ['from_rev']);
    await index('link_to', 'link', ['to_rev']);
    await index('person_from', 'person', ['from_rev']);
    await index('person_to', 'person', ['to_rev']);
    for (const versions of ['membership', 'access_grant']) {
      await index(`${versions}_from`, versions, ['svc', 'from_rev']);
      await index(`${versions}_to`, versions, ['svc', 'to_rev']);
    }
    // Few records stand out from the last whole read of their service.
    for (const kind of ['identity', 'user_group', 'membership', 'role', 'scope', 'access_grant', 'invite', 'credential']) {
      await db.schema
        .createIndex(`${kind}_missed`)
        .on(kind)
        .columns(['svc'])
        .where(sql<boolean>`misses > 0`)
        .execute();
    }
    for (const kind of ['identity', 'user_group', 'role']) {
      await db.schema
        .createIndex(`${kind}_read`)
        .on(kind)
        .columns(['svc', 'read_at'])
        .where(sql<boolean>`read_at is not null`)
        .execute();
    }
    await index('match_case_id', 'match_case', ['id', 'to_rev']);
    await index('match_case_identity', 'match_case', ['svc', 'key', 'to_rev']);
    await index('match_case_opened', 'match_case', ['opened_at', 'id']);
    await sql`insert into meta (name, value) values ('generation', ${crypto.randomUUID()})`.execute(db);
    await sql`insert into revision (rev, at, cause) values (0, ${Date.now()}, 'start')`.execute(db);
  },
});
