import {
  EmbeddedActionsParser,
  NoViableAltException,
  type IOrAlt,
  type IToken,
  type ParserMethod,
} from 'chevrotain';
import type { Identifier, NamePath } from './ast.ts';
import type { SourceRange } from './position.ts';
import { allTokens, Comma, Dot, Name, StringLiteral } from './tokens.ts';

/** A rule of the grammar that makes a `T`. */
export type Rule<T> = ParserMethod<[], T>;

/** Ways on that make a `T` each. */
export type Choices<T> = readonly IOrAlt<T>[];

/** What the parts of the grammar share: places, names, and texts. */
export abstract class BaseParser extends EmbeddedActionsParser {
  constructor() {
    super(allTokens, {
      maxLookahead: 3,
      recoveryEnabled: false,
      skipValidations: BaseParser.skipValidations,
    });
  }

  /** The checks of the grammar itself cost start-up time; a test makes them. */
  static skipValidations = true;

  /**
   * In place of the library's, which works out all ways on for its message: 10 ms where there are many, and what may follow is found by
   * trying each kind of token. Messages are ours.
   */
  raiseNoAltException(): never {
    const self = this as unknown as { SAVE_ERROR(error: Error): Error };
    throw self.SAVE_ERROR(new NoViableAltException('', this.LA(1), this.LA(0)));
  }

  protected rangeFrom(first: IToken | SourceRange, last: IToken = this.LA(0)): SourceRange {
    const start = 'start' in first ? first : rangeOf(first);
    const end = rangeOf(last);
    return { ...start, endLine: end.endLine, endColumn: end.endColumn, end: end.end };
  }

  readonly identifier: Rule<Identifier> = this.RULE('identifier', () => {
    const token = this.CONSUME(Name);
    return this.ACTION(() => ({ name: nameOf(token), at: rangeOf(token) }));
  });

  readonly path: Rule<NamePath> = this.RULE('path', () => {
    const parts: Identifier[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: Dot, DEF: () => parts.push(this.SUBRULE(this.identifier)) });
    return parts;
  });

  readonly identifierList: Rule<Identifier[]> = this.RULE('identifierList', () => {
    const names: Identifier[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => names.push(this.SUBRULE(this.identifier)) });
    return names;
  });

  readonly text: Rule<string> = this.RULE('text', () => {
    const token = this.CONSUME(StringLiteral);
    return this.ACTION(() => textOf(token));
  });
}

export function rangeOf(token: IToken): SourceRange {
  return {
    line: token.startLine ?? 0,
    column: token.startColumn ?? 0,
    endLine: token.endLine ?? 0,
    endColumn: (token.endColumn ?? 0) + 1,
    start: token.startOffset,
    end: (token.endOffset ?? 0) + 1,
  };
}

export function nameOf({ image }: IToken): string {
  return image.startsWith('`') ? image.slice(1, -1).replaceAll('``', '`') : image;
}

export function textOf({ image }: IToken): string {
  return image.slice(1, -1).replaceAll("''", "'");
}
