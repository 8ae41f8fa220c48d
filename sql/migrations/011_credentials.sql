-- What an application proves itself with besides a secret that it shows:
-- public keys of its own (RFC 7523), and a secret that signs requests (OAuth
-- 1.0a).
alter table homeroom.application
	add jwks   jsonb, -- its public keys, RFC 7517; null: none
	add oauth1 bytea; -- the secret that signs, sealed; null: it may not

-- What may be shown once only: the ids of assertions, the nonces of signed
-- requests. No foreign key: its check would write to the application's row with
-- every request, and what is left behind goes when its time is up.
create table homeroom.nonce (
	application bigint not null,
	hash        bytea not null, -- SHA-256
	expires     timestamptz not null, -- too old by itself from then on
	primary key (application, hash)
);

create index on homeroom.nonce (expires);

grant select, insert, delete on homeroom.nonce to homeroom_serve;
