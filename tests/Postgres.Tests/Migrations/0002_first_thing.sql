INSERT INTO things (id, what) VALUES (1, 'first');
