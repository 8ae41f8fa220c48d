-- action_left: how many actions of a plan are not over yet.
-- $1: plan
select count(*) from homeroom.action
where plan = $1::bigint and state in ('waiting', 'taken')
