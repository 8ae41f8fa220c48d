-- ping: whether Postgres answers.
select 1
