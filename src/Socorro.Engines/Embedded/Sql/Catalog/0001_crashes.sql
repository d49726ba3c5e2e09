-- Times are Unix milliseconds.

create table signature (
    key integer primary key,
    text text not null unique,
    first_seen integer not null
);

create table crash (
    key integer primary key,
    id text not null unique,
    submitted_at integer not null,
    signature integer not null references signature (key),
    product text not null,
    version text not null,
    build_id text not null,
    os text not null,
    reason text not null,
    address text not null
);

create index crash_by_time on crash (submitted_at, signature);
create index crash_by_signature on crash (signature, submitted_at);
