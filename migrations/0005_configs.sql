-- Every configuration a tenant ever had, counted from 1; none is changed. `document` is JSON as it was sent, `created_by`
-- the id of a key.
create table config_versions (
  tenant_id text not null,
  version integer not null,
  document text not null,
  created_at integer not null,
  created_by text not null,
  primary key (tenant_id, version)
);
