-- database_exists: whether the private cluster has its database yet.
select exists (select from pg_database where datname = 'homeroom')
