-- migration_known: whether this database has ever been migrated.
select to_regclass('homeroom.migration') is not null
