import { createToken, Lexer, type TokenType } from 'chevrotain';

/** A name, plain or in backticks; also every keyword that is not reserved. */
export const Name = createToken({ name: 'Name', pattern: Lexer.NA });
const PlainName = createToken({ name: 'PlainName', pattern: /[A-Za-z_$][\w$]*/, categories: [Name] });
const QuotedName = createToken({ name: 'QuotedName', pattern: /`(?:[^`]|``)*`/, categories: [Name] });

export const StringLiteral = createToken({
  name: 'StringLiteral',
  pattern: /'(?:[^']|'')*'/,
  line_breaks: true,
});
/** Bytes by pairs of hexadecimal digits. */
export const BytesLiteral = createToken({ name: 'BytesLiteral', pattern: /[xX]'(?:[\da-fA-F]{2})*'/ });
export const NumberLiteral = createToken({
  name: 'NumberLiteral',
  pattern: /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/,
});
export const HintComment = createToken({
  name: 'HintComment',
  pattern: /\/\*\+[\s\S]*?\*\//,
  line_breaks: true,
});

/** Reserved words: a column of that name is written in backticks, as in Flink. */
const RESERVED =
  `ALL AND ANY ARRAY AS ASC BETWEEN BY CASE CAST CEIL CEILING CONSTRAINT CREATE CROSS CUBE CURRENT DEFINE DESC DESCRIBE DISTINCT DROP ELSE END ESCAPE
  EXCEPT EXECUTE EXISTS EXPLAIN EXTRACT FALSE FETCH FILTER FLOOR FOLLOWING FOR FROM FULL GROUP GROUPING HAVING IN INNER INSERT INTERSECT
  INTERVAL INTO IS JOIN LATERAL LEFT LIKE LIMIT MATCH_RECOGNIZE MEASURES MINUS NATURAL NOT NULL OFFSET ON OR ORDER OUTER OVER OVERLAY PARTITION
  PATTERN POSITION PRECEDING PRIMARY RIGHT ROLLUP ROW ROWS SELECT SET SHOW SIMILAR SUBSTRING TABLE THEN TO TRIM TRUE TRY_CAST UNION UNNEST
  USING VALUES WATERMARK WHEN WHERE WINDOW WITH WITHIN`
    .split(/\s+/)
    .filter((word) => word !== '');
/** Words with a meaning in places, and else names. */
const WORDS =
  `AFTER ANTI BEGIN BIGINT BINARY BOOLEAN BOTH BYTES CATALOG CHANGELOG_MODE CHAR CHARACTER COLUMN COMMENT DATE DATABASE DAY DAYS DEC
  DECIMAL DESCRIPTOR DOUBLE ENFORCED ESTIMATED_COST FIRST FLOAT FUNCTIONS HOUR HOURS IF INT INTEGER JSON_EXECUTION_PLAN KEY LAST LEADING LOCAL
  MAP MATCH METADATA MINUTE MINUTES MONTH MONTHS MULTISET NEXT NULLS NUMERIC ONE ONLY ORDINALITY OVERWRITE PAST PER PLACING PLAN
  PLAN_ADVICE PRECISION RANGE RAW REPLACE RESET SECOND SECONDS SEMI SETS SKIP SMALLINT STATEMENT STRING SYMMETRIC SYSTEM SYSTEM_TIME TABLES
  TEMPORARY TIME TIMESTAMP TIMESTAMP_LTZ TINYINT TRAILING UNBOUNDED UNKNOWN VARBINARY VARCHAR VIEW VIEWS VIRTUAL WITHOUT YEAR YEARS ZONE OF
  QUARTER WEEK MILLISECOND ABSENT CONDITIONAL DEFAULT EMPTY ERROR JSON JSON_ARRAY JSON_ARRAYAGG JSON_EXISTS JSON_OBJECT JSON_OBJECTAGG JSON_QUERY
  JSON_VALUE OBJECT RETURNING SCALAR UNCONDITIONAL VALUE WRAPPER`
    .split(/\s+/)
    .filter((word) => word !== '');

function keyword(word: string, categories: TokenType[]): TokenType {
  return createToken({ name: word, pattern: new RegExp(word, 'i'), longer_alt: PlainName, categories });
}

const reserved = RESERVED.map((word) => keyword(word, []));
const words = WORDS.map((word) => keyword(word, [Name]));

const symbol = (name: string, pattern: string) => createToken({ name, pattern });
export const LeftParen = symbol('LeftParen', '(');
export const RightParen = symbol('RightParen', ')');
export const LeftBracket = symbol('LeftBracket', '[');
export const RightBracket = symbol('RightBracket', ']');
export const LeftBrace = symbol('LeftBrace', '{');
export const RightBrace = symbol('RightBrace', '}');
export const Comma = symbol('Comma', ',');
export const Dot = symbol('Dot', '.');
export const Semicolon = symbol('Semicolon', ';');
export const Arrow = symbol('Arrow', '=>');
export const Concat = symbol('Concat', '||');
export const Bar = symbol('Bar', '|');
export const Question = symbol('Question', '?');
export const NotEqual = createToken({ name: 'NotEqual', pattern: /<>|!=/ });
export const LessOrEqual = symbol('LessOrEqual', '<=');
export const GreaterOrEqual = symbol('GreaterOrEqual', '>=');
export const Equal = symbol('Equal', '=');
export const Less = symbol('Less', '<');
export const Greater = symbol('Greater', '>');
export const Plus = symbol('Plus', '+');
export const Minus = symbol('MinusSign', '-');
export const Star = symbol('Star', '*');
export const Slash = symbol('Slash', '/');
export const Percent = symbol('Percent', '%');

const skipped = [
  createToken({ name: 'Blank', pattern: /\s+/, group: Lexer.SKIPPED, line_breaks: true }),
  createToken({ name: 'LineComment', pattern: /--[^\n]*/, group: Lexer.SKIPPED }),
  createToken({
    name: 'BlockComment',
    pattern: /\/\*(?!\+)[\s\S]*?\*\//,
    group: Lexer.SKIPPED,
    line_breaks: true,
  }),
];

const reservedWords = new Set(RESERVED);

/** True of a word that is a name only in backticks. */
export function isReserved(word: string): boolean {
  return reservedWords.has(word.toUpperCase());
}

/** Longer words first: RegExps are tried in turn. */
const keywords = [...reserved, ...words].sort((a, b) => b.name.length - a.name.length);
const byWord = new Map(keywords.map((token) => [token.name, token]));

/** The token of a keyword. */
export function k(word: string): TokenType {
  const token = byWord.get(word);
  if (token === undefined) throw new TypeError(`${word} is no keyword of the grammar`);
  return token;
}

export const allTokens: TokenType[] = [
  ...skipped, HintComment, BytesLiteral, StringLiteral, NumberLiteral, QuotedName, ...keywords, PlainName, Name,
  LeftParen, RightParen, LeftBracket, RightBracket, LeftBrace, RightBrace, Comma, Dot, Semicolon, Arrow, Concat, Bar, Question,
  NotEqual, LessOrEqual, GreaterOrEqual, Equal, Less, Greater, Plus, Minus, Star, Slash, Percent,
]; // prettier-ignore

let lexer: Lexer | undefined;

/** The lexer, made by the first query. The checks of the tokens themselves cost start-up time; a test makes them. */
export function sqlLexer(): Lexer {
  return (lexer ??= new Lexer(allTokens, { positionTracking: 'full', skipValidations: true }));
}
