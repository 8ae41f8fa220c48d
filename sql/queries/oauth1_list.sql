-- oauth1_list: the applications that may sign requests.
select client_id, id, encode(oauth1, 'hex')
from homeroom.application
where oauth1 is not null
order by client_id collate "C"
