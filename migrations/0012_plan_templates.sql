-- Plans that tenants keep to run again. `document`: JSON as it was sent; `goal` and `tasks`: of it, for lists. `revision`
-- counts its versions; `updated_by`: the id of a key, or who else.
create table plan_templates (
  tenant_id text not null,
  id text not null,
  revision integer not null,
  document text not null,
  goal text,
  tasks integer not null,
  created_at integer not null,
  updated_at integer not null,
  updated_by text not null,
  primary key (tenant_id, id)
);
