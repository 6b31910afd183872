-- What tenants' tools prove themselves with. `sealed`: the value, encrypted (src/tenants/envelope.ts); `prefix`: how a long one
-- begins; `created_by`: the id of a key, or who else.
create table tool_secrets (
  tenant_id text not null,
  name text not null,
  sealed text not null,
  prefix text,
  created_at integer not null,
  created_by text not null,
  primary key (tenant_id, name)
);
