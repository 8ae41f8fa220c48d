-- migration_record: notes that a migration has been applied.
-- $1: its number
-- $2: its name
insert into homeroom.migration (number, name) values ($1, $2)
