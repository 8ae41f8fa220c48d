-- session_values: keeps a statement's values as homeroom.v1, homeroom.v2 …
-- for this transaction; COPY takes no parameters.
-- $1: the values
select set_config('homeroom.v' || number, value, true)
from unnest($1::text[]) with ordinality as given (value, number)
