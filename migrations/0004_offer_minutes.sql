-- What the calls of everybody to one model at one host came to within a minute (Unix ms of its beginning), by region.
-- `failures` is JSON: how many of each class. Nothing of a tenant. Times in ms, money in micro-USD.
create table offer_minutes (
  minute integer not null,
  region text not null,
  host text not null,
  model text not null,
  requests integer not null,
  failures text not null,
  ttft_ms_p50 real,
  ttft_ms_p95 real,
  tokens_per_second_p50 real,
  cost_micro_usd real not null,
  primary key (minute, region, host, model)
) without rowid;
