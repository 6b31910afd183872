-- An index of runs, which are kept in objects of their own. `goal`: its beginning; `seq`: of the run's log when the row was
-- written, so that no older state overwrites a newer one.
create table runs (
  tenant_id text not null,
  id text not null,
  status text not null,
  goal text,
  tasks integer not null,
  cost_micro_usd integer not null,
  is_partial integer not null,
  failure_code text,
  fork_of text,
  created_at integer not null,
  ended_at integer,
  seq integer not null,
  primary key (tenant_id, id)
);

create index runs_by_time on runs (tenant_id, created_at, id);
create index runs_by_end on runs (ended_at);
