-- The confidence (0..1) with which a cascade kept the answer that is judged; null where no cascade did.
alter table feedback add column confidence real;
