-- A tenant's own evaluations: prompts, and what models did on them. `id` is a digest of text and tools; `tools` is JSON
-- of `[{"name", "chars"}]`.
create table eval_prompts (
  tenant_id text not null,
  id text not null,
  text text not null,
  tools text not null,
  task_type text,
  created_at integer not null,
  primary key (tenant_id, id)
);

-- One row per distinct measurement, named by its figures: sending a row again changes nothing. Scores 0..1.
create table eval_outcomes (
  tenant_id text not null,
  prompt_id text not null,
  model text not null,
  measurement text not null,
  score real not null,
  input_tokens integer,
  output_tokens integer,
  latency_ms integer,
  created_at integer not null,
  primary key (tenant_id, prompt_id, model, measurement)
) without rowid;

-- Trainings on them. `runs` counts how often the queue began one. `parameters` holds what was learned, where it was
-- activated; `replaced` is what was active until then: another training, or `base`.
create table eval_trainings (
  id text primary key,
  tenant_id text not null,
  status text not null,
  created_at integer not null,
  started_at integer,
  finished_at integer,
  runs integer not null,
  activated integer not null,
  reason text,
  report text,
  parameters text,
  replaced text
);

create index eval_trainings_by_tenant on eval_trainings (tenant_id, id);
-- At most one at a time.
create unique index eval_trainings_open on eval_trainings (tenant_id) where status in ('queued', 'running');

-- What a tenant's decisions go by: the id of a training, or `base`. No row means `base`.
create table active_parameters (
  tenant_id text primary key,
  training_id text not null,
  activated_at integer not null
);
