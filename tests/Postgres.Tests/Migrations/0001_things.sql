CREATE TABLE things (id integer PRIMARY KEY, what text NOT NULL);
