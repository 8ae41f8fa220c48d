-- migration_applied: the migrations this database has had, in order.
select number, name from homeroom.migration order by number
