-- What an application's importer expects beyond the standard: the name of a
-- profile, of those that this program has; null: nothing.
alter table homeroom.application add profile text;
