-- Orders to process crashes again. Times are Unix milliseconds.
-- state: -1 its ids were cut short, 0 its ids still arrive, 1 open, 2 done, 3 cancelled, 4 failed.
-- scope: 0 everything, 1 the signature alone.
-- looked: how many crashes it has passed, wanted or not; of an order by ids the position of the next one.
-- passed: the last of them, after which a query's scan goes on.

create table reprocessing (
    key integer primary key,
    query text,
    scope integer not null,
    rate integer,
    ordered_by text not null,
    ordered_at integer not null,
    state integer not null,
    changed_at integer not null,
    total integer,
    looked integer not null default 0,
    sent integer not null default 0,
    failed integer not null default 0,
    passed text,
    failure text,
    error text
);

create index reprocessing_open on reprocessing (changed_at) where state = 1;

-- The crashes of orders by ids, until they are passed.
create table reprocessing_crash (
    ordered integer not null references reprocessing (key),
    position integer not null,
    id text not null,
    primary key (ordered, position)
) without rowid;
