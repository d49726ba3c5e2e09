-- What a crash is processed again for, in words for its history.
alter table waiting add column why text;
