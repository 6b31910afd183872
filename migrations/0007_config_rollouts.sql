-- Which configuration each tenant goes by. `revision` counts all changes of a tenant's configurations, drafts included;
-- `version` 0: none yet. `candidate`: the version that is tried beside it since `since` (Unix ms), acted on for `percent`
-- of the requests, or only recorded (`mode` 'shadow').
create table config_states (
  tenant_id text primary key,
  revision integer not null,
  version integer not null,
  candidate integer,
  mode text,
  percent integer,
  since integer
);
insert into config_states (tenant_id, revision, version)
  select tenant_id, max(version), max(version) from config_versions group by tenant_id;

-- Decisions made while a candidate was tried. `version`: the one acted on; money as predicted for who was chosen, in
-- micro-USD. What the candidate would have done is null where it was not only a shadow.
create table config_trials (
  decision_id text primary key,
  tenant_id text not null,
  candidate integer not null,
  version integer not null,
  micro_usd integer,
  agrees integer,
  shadow_micro_usd integer,
  shadow_error text
);
create index config_trials_by_candidate on config_trials (tenant_id, candidate, decision_id);
