-- Who may do what. Times are Unix milliseconds.

create table token (
    -- Sessions name it, so a removed token's key must not come back.
    key integer primary key autoincrement,
    name text not null unique,
    -- SHA-256 of the secret, which is stored nowhere.
    hash blob not null unique,
    -- Names with commas between.
    permissions text not null,
    created_at integer not null,
    expires_at integer,
    last_used_at integer
);

-- One row: the key that signs the sessions of browsers.
create table session_key (
    one integer primary key check (one = 1),
    value blob not null
);
