import { tokenMatcher } from 'chevrotain';
import { MAX_PRECISION, type LogicalType, type TypedField } from '../types/logical-type.ts';
import { BaseParser, type Choices, type Rule } from './base-parser.ts';
import { Comma, Greater, k, LeftParen, Less, NumberLiteral, RightParen } from './tokens.ts';

const SIMPLE = {
  BOOLEAN: 'BOOLEAN', TINYINT: 'TINYINT', SMALLINT: 'SMALLINT', INT: 'INT', INTEGER: 'INT', BIGINT: 'BIGINT', FLOAT: 'FLOAT', DATE: 'DATE', BYTES: 'BYTES',
} as const; // prettier-ignore

/** The names of types. */
export abstract class TypeParser extends BaseParser {
  readonly type: Rule<LogicalType> = this.RULE('type', () => {
    let type = this.SUBRULE(this.plainType);
    this.MANY(() => {
      const collection = this.OR([
        { ALT: () => this.CONSUME(k('ARRAY')) },
        { ALT: () => this.CONSUME(k('MULTISET')) },
      ]);
      type = this.ACTION(() => ({ name: collection.image.toUpperCase() as 'ARRAY', element: type }));
    });
    this.OPTION({
      // In `RETURNING INT NULL ON EMPTY` it is not of the type.
      GATE: () => !tokenMatcher(this.LA(2), k('ON')),
      DEF: () => {
        this.OPTION1(() => this.CONSUME(k('NOT')));
        this.CONSUME(k('NULL'));
      },
    });
    return type;
  });

  readonly plainType: Rule<LogicalType> = this.RULE('plainType', () => {
    return this.OR<Choices<LogicalType>>([
      ...Object.entries(SIMPLE).map(([word, name]) => ({
        ALT: (): LogicalType => {
          this.CONSUME(k(word));
          return { name };
        },
      })),
      {
        ALT: () => {
          this.CONSUME(k('DOUBLE'));
          this.OPTION(() => this.CONSUME(k('PRECISION')));
          return { name: 'DOUBLE' } as const;
        },
      },
      {
        ALT: () => {
          this.CONSUME(k('STRING'));
          return { name: 'STRING' } as const;
        },
      },
      { ALT: () => this.SUBRULE(this.textType) },
      { ALT: () => this.SUBRULE(this.bytesType) },
      { ALT: () => this.SUBRULE(this.decimalType) },
      { ALT: () => this.SUBRULE(this.timeType) },
      { ALT: () => this.SUBRULE(this.collectionType) },
      { ALT: () => this.SUBRULE(this.rowType) },
      { ALT: () => this.SUBRULE(this.intervalType) },
    ]);
  });

  readonly textType: Rule<LogicalType> = this.RULE('textType', () => {
    const word = this.OR([
      { ALT: () => this.CONSUME(k('VARCHAR')) },
      { ALT: () => this.CONSUME(k('CHAR')) },
      { ALT: () => this.CONSUME(k('CHARACTER')) },
    ]);
    const length = this.OPTION(() => this.SUBRULE(this.typeNumber));
    return this.ACTION((): LogicalType => {
      const fixed = !tokenMatcher(word, k('VARCHAR'));
      return { name: 'STRING', length: length ?? 1, ...(fixed ? { fixed } : {}) };
    });
  });

  readonly bytesType: Rule<LogicalType> = this.RULE('bytesType', (): LogicalType => {
    this.OR([{ ALT: () => this.CONSUME(k('VARBINARY')) }, { ALT: () => this.CONSUME(k('BINARY')) }]);
    this.OPTION(() => this.SUBRULE(this.typeNumber));
    return { name: 'BYTES' };
  });

  readonly decimalType: Rule<LogicalType> = this.RULE('decimalType', (): LogicalType => {
    this.OR([
      { ALT: () => this.CONSUME(k('DECIMAL')) },
      { ALT: () => this.CONSUME(k('DEC')) },
      { ALT: () => this.CONSUME(k('NUMERIC')) },
    ]);
    let precision = 10;
    let scale = 0;
    this.OPTION(() => {
      this.CONSUME(LeftParen);
      const digits = this.CONSUME(NumberLiteral);
      this.ACTION(() => (precision = Math.min(MAX_PRECISION, Number(digits.image))));
      this.OPTION1(() => {
        this.CONSUME(Comma);
        const behind = this.CONSUME1(NumberLiteral);
        this.ACTION(() => (scale = Number(behind.image)));
      });
      this.CONSUME(RightParen);
    });
    return { name: 'DECIMAL', precision, scale };
  });

  readonly timeType: Rule<LogicalType> = this.RULE('timeType', () => {
    const word = this.OR([
      { ALT: () => this.CONSUME(k('TIMESTAMP')) },
      { ALT: () => this.CONSUME(k('TIMESTAMP_LTZ')) },
      { ALT: () => this.CONSUME(k('TIME')) },
    ]);
    const precision = this.OPTION(() => this.SUBRULE(this.typeNumber));
    let local = false;
    this.OPTION1(() =>
      this.OR1([
        {
          ALT: () => {
            this.CONSUME(k('WITH'));
            this.OPTION2(() => this.CONSUME(k('LOCAL')));
            local = true;
          },
        },
        { ALT: () => this.CONSUME(k('WITHOUT')) },
      ]),
    );
    this.OPTION3(() => {
      this.CONSUME1(k('TIME'));
      this.CONSUME(k('ZONE'));
    });
    return this.ACTION((): LogicalType => {
      const name = word.image.toUpperCase() as 'TIMESTAMP' | 'TIMESTAMP_LTZ' | 'TIME';
      return { name: local ? 'TIMESTAMP_LTZ' : name, precision: precision ?? (name === 'TIME' ? 0 : 6) };
    });
  });

  readonly collectionType: Rule<LogicalType> = this.RULE('collectionType', () => {
    return this.OR<Choices<LogicalType>>([
      {
        ALT: () => {
          this.CONSUME(k('ARRAY'));
          this.CONSUME(Less);
          const element = this.SUBRULE(this.type);
          this.CONSUME(Greater);
          return { name: 'ARRAY', element };
        },
      },
      {
        ALT: () => {
          this.CONSUME(k('MULTISET'));
          this.CONSUME1(Less);
          const element = this.SUBRULE1(this.type);
          this.CONSUME1(Greater);
          return { name: 'MULTISET', element };
        },
      },
      {
        ALT: () => {
          this.CONSUME(k('MAP'));
          this.CONSUME2(Less);
          const key = this.SUBRULE2(this.type);
          this.CONSUME(Comma);
          const value = this.SUBRULE3(this.type);
          this.CONSUME2(Greater);
          return { name: 'MAP', key, value };
        },
      },
    ]);
  });

  readonly rowType: Rule<LogicalType> = this.RULE('rowType', (): LogicalType => {
    const fields: TypedField[] = [];
    const field = (at: 0 | 1) => {
      const name = at === 0 ? this.SUBRULE(this.identifier) : this.SUBRULE1(this.identifier);
      const type = at === 0 ? this.SUBRULE(this.type) : this.SUBRULE1(this.type);
      this.ACTION(() => fields.push({ name: name.name, type }));
    };
    this.CONSUME(k('ROW'));
    this.OR([
      {
        ALT: () => {
          this.CONSUME(Less);
          this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => field(0) });
          this.CONSUME(Greater);
        },
      },
      {
        ALT: () => {
          this.CONSUME(LeftParen);
          this.AT_LEAST_ONE_SEP1({ SEP: Comma, DEF: () => field(1) });
          this.CONSUME(RightParen);
        },
      },
    ]);
    return { name: 'ROW', fields };
  });

  readonly intervalType: Rule<LogicalType> = this.RULE('intervalType', () => {
    this.CONSUME(k('INTERVAL'));
    const first = this.SUBRULE(this.intervalUnit);
    this.OPTION(() => {
      this.CONSUME(k('TO'));
      this.SUBRULE1(this.intervalUnit);
    });
    return this.ACTION((): LogicalType => ({
      name: first === 'YEAR' || first === 'MONTH' ? 'INTERVAL YEAR TO MONTH' : 'INTERVAL DAY TO SECOND',
    }));
  });

  /** In the singular. */
  readonly intervalUnit: Rule<string> = this.RULE('intervalUnit', () => {
    const units = ['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND'];
    const plurals = ['YEARS', 'MONTHS', 'DAYS', 'HOURS', 'MINUTES', 'SECONDS'];
    const word = this.OR([...units, ...plurals].map((unit) => ({ ALT: () => this.CONSUME(k(unit)) })));
    this.OPTION(() => this.SUBRULE(this.typeNumber));
    return this.ACTION(() => word.image.toUpperCase().replace(/S$/, ''));
  });

  readonly typeNumber: Rule<number> = this.RULE('typeNumber', () => {
    this.CONSUME(LeftParen);
    const digits = this.CONSUME(NumberLiteral);
    this.CONSUME(RightParen);
    return this.ACTION(() => Number(digits.image));
  });
}
