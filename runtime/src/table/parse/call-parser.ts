import type { IToken } from 'chevrotain';
import type {
  BoundNode,
  CallNode,
  ExpressionNode,
  FrameNode,
  Identifier,
  SortItem,
  WindowNode,
} from './ast.ts';
import { nameOf, rangeOf, type Choices, type Rule } from './base-parser.ts';
import { JsonParser } from './json-parser.ts';
import { Arrow, Comma, k, LeftParen, Name, RightParen, Star } from './tokens.ts';

/** Calls of functions, with FILTER and OVER, and what OVER says. */
export abstract class CallParser extends JsonParser {
  override readonly functionCall: Rule<ExpressionNode> = this.RULE('functionCall', () => {
    const called = this.OR<Choices<CallNode>>({
      DEF: [{ ALT: () => this.SUBRULE(this.jsonAggregate) }, { ALT: () => this.SUBRULE(this.calledByName) }],
      IGNORE_AMBIGUITIES: true,
    });
    const filter = this.OPTION2(() => {
      this.CONSUME(k('FILTER'));
      this.CONSUME1(LeftParen);
      this.CONSUME(k('WHERE'));
      const condition = this.SUBRULE(this.expression);
      this.CONSUME1(RightParen);
      return condition;
    });
    const over = this.OPTION3(() => {
      this.CONSUME(k('OVER'));
      return this.OR3<Choices<WindowNode | Identifier>>([
        { ALT: () => this.SUBRULE(this.windowSpecification) },
        { ALT: () => this.SUBRULE(this.identifier) },
      ]);
    });
    return this.ACTION((): CallNode => ({ ...called, filter, over, at: this.rangeFrom(called.at) }));
  });

  readonly calledByName: Rule<CallNode> = this.RULE('calledByName', () => {
    const word: IToken = this.OR([
      { ALT: () => this.CONSUME(Name) },
      ...['LEFT', 'RIGHT', 'GROUPING'].map((name) => ({ ALT: () => this.CONSUME(k(name)) })),
    ]);
    this.CONSUME(LeftParen);
    let distinct = false;
    let args: ExpressionNode[] = [];
    this.OPTION(() =>
      this.OR1([
        {
          ALT: () => {
            const star = this.CONSUME(Star);
            args = this.ACTION(() => [{ kind: 'star', qualifier: [], at: rangeOf(star) } as ExpressionNode]);
          },
        },
        {
          ALT: () => {
            this.OPTION1(() =>
              this.OR2([
                { ALT: () => void (this.CONSUME(k('DISTINCT')), (distinct = true)) },
                { ALT: () => void this.CONSUME(k('ALL')) },
              ]),
            );
            args = this.SUBRULE(this.expressionList);
          },
        },
      ]),
    );
    this.CONSUME(RightParen);
    return this.ACTION((): CallNode => ({
      kind: 'call',
      name: nameOf(word),
      args,
      distinct,
      at: this.rangeFrom(word),
    }));
  });

  readonly windowSpecification: Rule<WindowNode> = this.RULE('windowSpecification', () => {
    const start = this.CONSUME(LeftParen);
    const partitionBy =
      this.OPTION(() => {
        this.CONSUME(k('PARTITION'));
        this.CONSUME(k('BY'));
        return this.SUBRULE(this.expressionList);
      }) ?? [];
    const orderBy = this.OPTION1(() => this.SUBRULE(this.orderBy)) ?? [];
    const frame = this.OPTION2(() => this.SUBRULE(this.frame));
    this.CONSUME(RightParen);
    return this.ACTION((): WindowNode => ({ partitionBy, orderBy, frame, at: this.rangeFrom(start) }));
  });

  readonly frame: Rule<FrameNode> = this.RULE('frame', () => {
    const unit = this.OR([{ ALT: () => this.CONSUME(k('ROWS')) }, { ALT: () => this.CONSUME(k('RANGE')) }]);
    const bounds = this.SUBRULE(this.frameBounds);
    return this.ACTION((): FrameNode => ({
      unit: unit.image.toUpperCase() as 'ROWS', from: bounds[0], to: bounds[1], at: this.rangeFrom(unit),
    })); // prettier-ignore
  });

  readonly frameBounds: Rule<readonly [BoundNode, BoundNode]> = this.RULE('frameBounds', () => {
    return this.OR<Choices<readonly [BoundNode, BoundNode]>>([
      {
        ALT: () => {
          this.CONSUME(k('BETWEEN'));
          const first = this.SUBRULE(this.bound);
          this.CONSUME(k('AND'));
          return [first, this.SUBRULE1(this.bound)];
        },
      },
      { ALT: () => [this.SUBRULE2(this.bound), { kind: 'current', following: false }] },
    ]);
  });

  readonly bound: Rule<BoundNode> = this.RULE('bound', () => {
    const side = (at: 0 | 1) =>
      (at === 0
        ? this.OR1([
            { ALT: () => void this.CONSUME(k('PRECEDING')) },
            { ALT: () => (this.CONSUME(k('FOLLOWING')), true) },
          ])
        : this.OR2([
            { ALT: () => void this.CONSUME1(k('PRECEDING')) },
            { ALT: () => (this.CONSUME1(k('FOLLOWING')), true) },
          ])) === true;
    return this.OR<Choices<BoundNode>>({
      DEF: [
        {
          ALT: () => {
            this.CONSUME(k('UNBOUNDED'));
            return { kind: 'unbounded' as const, following: side(0) };
          },
        },
        {
          ALT: () => {
            this.CONSUME(k('CURRENT'));
            this.CONSUME(k('ROW'));
            return { kind: 'current' as const, following: false };
          },
        },
        {
          ALT: () => {
            const offset = this.SUBRULE(this.sum);
            return { kind: 'offset' as const, following: side(1), offset };
          },
        },
      ],
      IGNORE_AMBIGUITIES: true,
    });
  });

  readonly orderBy: Rule<SortItem[]> = this.RULE('orderBy', () => {
    const items: SortItem[] = [];
    this.CONSUME(k('ORDER'));
    this.CONSUME(k('BY'));
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => items.push(this.SUBRULE(this.sortItem)) });
    return items;
  });

  readonly sortItem: Rule<SortItem> = this.RULE('sortItem', () => {
    const expression = this.SUBRULE(this.expression);
    let descending = false;
    let nullsFirst: boolean | undefined;
    this.OPTION(() =>
      this.OR([
        { ALT: () => void this.CONSUME(k('ASC')) },
        { ALT: () => void (this.CONSUME(k('DESC')), (descending = true)) },
      ]),
    );
    this.OPTION1(() => {
      this.CONSUME(k('NULLS'));
      this.OR1([
        { ALT: () => void (this.CONSUME(k('FIRST')), (nullsFirst = true)) },
        { ALT: () => void (this.CONSUME(k('LAST')), (nullsFirst = false)) },
      ]);
    });
    return { expression, descending, nullsFirst };
  });

  /** `name => ` in front of an argument. */
  readonly argumentName: Rule<string> = this.RULE('argumentName', () => {
    const name = this.CONSUME(Name);
    this.CONSUME(Arrow);
    return this.ACTION(() => nameOf(name).toUpperCase());
  });
}
