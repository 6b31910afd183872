-- What callers say of answers: at most one opinion per decision and source, the last one counts. `predicted` is the
-- quality that was expected of `model` before any feedback counted; null where none was.
create table feedback (
  tenant_id text not null,
  decision_id text not null,
  source text not null,
  idempotency_key text,
  model text not null,
  task_type text not null,
  predicted real,
  score real not null,
  verdict text,
  comment text,
  created_at integer not null,
  primary key (tenant_id, decision_id, source)
) without rowid;

create unique index feedback_by_idempotency_key on feedback (tenant_id, idempotency_key);
create index feedback_by_time on feedback (tenant_id, created_at);

create index decisions_by_request on decisions (tenant_id, request_id);
