/** Words that are never a column's name unless they are in backticks: the grammar's reserved ones. */
export type ReservedWord =
  | 'ALL' | 'AND' | 'ANY' | 'ARRAY' | 'AS' | 'ASC' | 'BETWEEN' | 'BY' | 'CASE' | 'CAST' | 'CEIL' | 'CEILING' | 'CONSTRAINT' | 'CREATE' | 'CROSS'
  | 'CUBE' | 'CURRENT' | 'DEFINE' | 'DESC' | 'DESCRIBE' | 'DISTINCT' | 'DROP' | 'ELSE' | 'END' | 'ESCAPE' | 'EXCEPT' | 'EXECUTE' | 'EXISTS'
  | 'EXPLAIN' | 'EXTRACT' | 'FALSE' | 'FETCH' | 'FILTER' | 'FLOOR' | 'FOLLOWING' | 'FOR' | 'FROM' | 'FULL' | 'GROUP' | 'GROUPING' | 'HAVING'
  | 'IN' | 'INNER' | 'INSERT' | 'INTERSECT' | 'INTERVAL' | 'INTO' | 'IS' | 'JOIN' | 'LATERAL' | 'LEFT' | 'LIKE' | 'LIMIT' | 'MATCH_RECOGNIZE'
  | 'MEASURES' | 'MINUS' | 'NATURAL' | 'NOT' | 'NULL' | 'OFFSET' | 'ON' | 'OR' | 'ORDER' | 'OUTER' | 'OVER' | 'OVERLAY' | 'PARTITION' | 'PATTERN'
  | 'POSITION' | 'PRECEDING' | 'PRIMARY' | 'RIGHT' | 'ROLLUP' | 'ROW' | 'ROWS' | 'SELECT' | 'SET' | 'SHOW' | 'SIMILAR' | 'SUBSTRING' | 'TABLE'
  | 'THEN' | 'TO' | 'TRIM' | 'TRUE' | 'TRY_CAST' | 'UNION' | 'UNNEST' | 'USING' | 'VALUES' | 'WATERMARK' | 'WHEN' | 'WHERE' | 'WINDOW' | 'WITH'
  | 'WITHIN'; // prettier-ignore

/** Words with a meaning in places, which are columns where there is one of that name; functions of the clock among them. */
export type PlacedWord =
  | 'AFTER' | 'ANTI' | 'BEGIN' | 'BIGINT' | 'BINARY' | 'BOOLEAN' | 'BOTH' | 'BYTES' | 'CATALOG' | 'CHANGELOG_MODE' | 'CHAR' | 'CHARACTER' | 'COLUMN'
  | 'COMMENT' | 'DATE' | 'DATABASE' | 'DAY' | 'DAYS' | 'DEC' | 'DECIMAL' | 'DESCRIPTOR' | 'DOUBLE' | 'ENFORCED' | 'ESTIMATED_COST' | 'FIRST'
  | 'FLOAT' | 'FUNCTIONS' | 'HOUR' | 'HOURS' | 'IF' | 'INT' | 'INTEGER' | 'JSON_EXECUTION_PLAN' | 'KEY' | 'LAST' | 'LEADING' | 'LOCAL' | 'MAP'
  | 'MATCH' | 'METADATA' | 'MINUTE' | 'MINUTES' | 'MONTH' | 'MONTHS' | 'MULTISET' | 'NEXT' | 'NULLS' | 'NUMERIC' | 'ONE' | 'ONLY' | 'ORDINALITY'
  | 'OVERWRITE' | 'PAST' | 'PER' | 'PLACING' | 'PLAN' | 'PLAN_ADVICE' | 'PRECISION' | 'RANGE' | 'RAW' | 'REPLACE' | 'RESET' | 'SECOND' | 'SECONDS'
  | 'SEMI' | 'SETS' | 'SKIP' | 'SMALLINT' | 'STATEMENT' | 'STRING' | 'SYMMETRIC' | 'SYSTEM' | 'SYSTEM_TIME' | 'TABLES' | 'TEMPORARY' | 'TIME'
  | 'TIMESTAMP' | 'TIMESTAMP_LTZ' | 'TINYINT' | 'TRAILING' | 'UNBOUNDED' | 'UNKNOWN' | 'VARBINARY' | 'VARCHAR' | 'VIEW' | 'VIEWS' | 'VIRTUAL'
  | 'WITHOUT' | 'YEAR' | 'YEARS' | 'ZONE' | 'OF' | 'QUARTER' | 'WEEK' | 'MILLISECOND' | 'ABSENT' | 'CONDITIONAL' | 'DEFAULT' | 'EMPTY' | 'ERROR'
  | 'JSON' | 'JSON_ARRAY' | 'JSON_ARRAYAGG' | 'JSON_EXISTS' | 'JSON_OBJECT' | 'JSON_OBJECTAGG' | 'JSON_QUERY' | 'JSON_VALUE' | 'OBJECT'
  | 'RETURNING' | 'SCALAR' | 'UNCONDITIONAL' | 'VALUE' | 'WRAPPER'; // prettier-ignore
