-- application_standings: which tokens of which applications are still good.
select id, epoch, enabled from homeroom.application order by id
