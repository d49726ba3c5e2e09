-- One UTC day of crashes. The name of this file's version is "pragma user_version".
-- All blobs are zstd frames. A dump's frame is cut into chunks whose keys follow one another.

create table crash (
    key integer primary key,
    id text not null unique,
    submitted_at text not null,
    raw_length integer not null,
    raw blob not null
);

create table dump (
    crash integer not null references crash (key),
    name text not null,
    length integer not null,
    first_chunk integer not null,
    chunks integer not null,
    primary key (crash, name)
) without rowid;

create table chunk (
    key integer primary key,
    bytes blob not null
);

create table processed (
    key integer primary key,
    id text not null unique,
    stored_at text not null,
    length integer not null,
    document blob not null
);

-- Crashes that are accepted and not yet confirmed as queued.
create table unqueued (
    crash integer primary key references crash (key)
);

-- Written to prove that writing works.
create table probe (
    key integer primary key,
    at text not null
);

pragma user_version = 1;
