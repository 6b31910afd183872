-- Accounts of tenants' own at hosts. `sealed`: the key, encrypted (src/tenants/envelope.ts); `key_hint`: its last characters;
-- the rest as in HOST_ACCOUNTS. `created_by`: the id of a key, or who else.
create table provider_keys (
  tenant_id text not null,
  host text not null,
  sealed text not null,
  key_hint text not null,
  base_url text,
  requests_per_minute integer,
  tokens_per_minute integer,
  weight real,
  priority integer,
  created_at integer not null,
  created_by text not null,
  primary key (tenant_id, host)
);

-- What tenants' webhooks are signed with, encrypted as well.
create table webhook_secrets (
  tenant_id text primary key,
  sealed text not null,
  created_at integer not null
);
