-- What a release may do to the schema, and all of it at once: a column in every table, those written each second among
-- them, an index, and a table of its own.
DO $$
DECLARE each_table TEXT;
BEGIN
  FOR each_table IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP
    EXECUTE format('ALTER TABLE %I ADD COLUMN of_next_release TEXT NOT NULL DEFAULT ''none''', each_table);
  END LOOP;
END $$;
CREATE INDEX node_of_next_release ON node (of_next_release);
CREATE TABLE of_next_release (id TEXT PRIMARY KEY);
