import type { MissingColumn } from './expression/missing-column.ts';
import type { ReadExpression, Reading } from './expression/read-expression.ts';
import type { NextToken } from './expression/token.ts';

/** What a text of SQL says of itself, read by the compiler; of rows that are not known, or a text that is not, nothing. */
export type ReadText<Columns, Text extends string> = string extends Text
  ? Reading
  : string extends keyof Columns
    ? Reading
    : ReadExpression<Columns, Text>;

/**
 * A text as an expression of `Columns`: what it names must be one of them. It stands for the text, or for what is wrong with it. Texts
 * that are not literals, sub-queries and texts of more than 150 words are left to the planner.
 */
export type ExpressionOf<Columns, Text extends string> = [ReadText<Columns, Text>['missing']] extends [never]
  ? Text
  : NoInfer<MissingColumn<Columns, ReadText<Columns, Text>['missing']>>;

/** Texts as columns or expressions of `Columns`. */
export type SelectItems<Columns, Texts extends readonly string[]> = {
  readonly [I in keyof Texts]: ExpressionOf<Columns, Texts[I]>;
};

/** A text as a condition on `Columns`: an expression that is true or false. */
export type ConditionOf<Columns, Text extends string> = [ReadText<Columns, Text>['missing']] extends [never]
  ? IsCondition<ReadText<Columns, Text>['value']> extends true
    ? Text
    : NoInfer<`a condition is needed: '${Text}' is no BOOLEAN`>
  : NoInfer<MissingColumn<Columns, ReadText<Columns, Text>['missing']>>;

type IsCondition<Value> = unknown extends Value ? true : [Value] extends [boolean | null] ? true : false;

/** The name of what a text selects as the item at a place. */
export type SelectedName<Columns, Text extends string, At extends string> = ReadText<
  Columns,
  Text
>['alias'] extends infer Alias extends string
  ? Alias
  : Text extends keyof Columns
    ? Text extends `${string}.${infer Part}`
      ? WindowPart<Part>
      : Text
    : NextToken<Text> extends ['quoted', infer Quoted extends string, '']
      ? Quoted
      : NextToken<Text> extends ['word', keyof Columns, `.${infer Field}`]
        ? NextToken<Field> extends ['word', infer Name extends string, '']
          ? Name
          : `EXPR$${At}`
        : `EXPR$${At}`;

/** `w.start`, `w.end` and `w.rowtime` are columns of windows. */
type WindowPart<Part extends string> = Part extends 'rowtime' ? 'window_time' : `window_${Part}`;

/** The rows that columns and expressions make, as far as they tell: `unknown` where the type of one cannot be told. */
export type SelectedRow<Columns, Texts extends readonly string[]> = string extends keyof Columns
  ? Record<string, unknown>
  : string extends Texts[number]
    ? Record<string, unknown>
    : '*' extends Texts[number]
      ? Record<string, unknown>
      : {
          [I in keyof Texts & `${number}` as SelectedName<Columns, Texts[I] & string, I>]: ReadText<
            Columns,
            Texts[I] & string
          >['value'];
        };
