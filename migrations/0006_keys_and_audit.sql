-- What an operator lets a tenant take, and what may be done with a key: JSON of `Limits`, and of a list of model ids and
-- patterns; null for no limit. `old_hash`: of the secret before the last rotation, which is good until a time (Unix ms).
alter table tenants add column limits text;

alter table api_keys add column name text;
alter table api_keys add column allowed_models text;
alter table api_keys add column limits text;
alter table api_keys add column created_by text;
alter table api_keys add column rotated_at integer;
alter table api_keys add column old_hash text;
alter table api_keys add column old_hash_until integer;
alter table api_keys add column deleted_at integer;

create unique index api_keys_by_old_hash on api_keys (old_hash);
create index api_keys_by_tenant on api_keys (tenant_id, id);

-- Every change that somebody made, never changed itself. `actor` is the id of a key, `jwt:` and a subject, or `operator`;
-- `before` and `after` are JSON, without secrets.
create table audit (
  id text primary key,
  tenant_id text not null,
  actor text not null,
  action text not null,
  object text not null,
  before text,
  after text,
  request_id text not null,
  created_at integer not null
);

create index audit_by_tenant on audit (tenant_id, id);
