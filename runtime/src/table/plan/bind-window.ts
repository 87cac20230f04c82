import { badSql, missingWatermark, notSupported, unknownColumn } from '../sql-errors.ts';
import type { ExpressionNode, Identifier, TableNode, WindowArgument } from '../parse/ast.ts';
import type { SourceRange } from '../parse/position.ts';
import type { Relation, WindowKind, WindowSpecification } from './relation.ts';

const PARAMETERS: Readonly<Record<WindowKind, readonly string[]>> = {
  TUMBLE: ['DATA', 'TIMECOL', 'SIZE', 'OFFSET'],
  HOP: ['DATA', 'TIMECOL', 'SLIDE', 'SIZE', 'OFFSET'],
  CUMULATE: ['DATA', 'TIMECOL', 'STEP', 'SIZE', 'OFFSET'],
  SESSION: ['DATA', 'TIMECOL', 'GAP'],
};

/** The arguments of a window function in the order of its parameters. */
export function windowArguments(
  name: Identifier,
  args: readonly WindowArgument[],
  at: SourceRange,
): { readonly kind: WindowKind; readonly of: (parameter: string) => WindowArgument | undefined } {
  const kind = name.name.toUpperCase() as WindowKind;
  const parameters = PARAMETERS[kind];
  if (parameters === undefined) {
    throw notSupported(
      `The table function ${name.name}`,
      `Windows are made by ${Object.keys(PARAMETERS).join(', ')}.`,
      name.at,
    );
  }
  if (args.length > parameters.length) {
    throw badSql(
      'bad-window',
      `${kind} takes ${parameters.join(', ')}.`,
      `There are ${args.length} arguments.`,
      at,
    );
  }
  const named = new Map(args.map((arg, index) => [arg.name ?? parameters[index]!, arg]));
  return { kind, of: (parameter) => named.get(parameter) };
}

/** @throws {TidemarkError} `missing-watermark`, `unknown-column`, `bad-window` */
export function windowSpecification(
  kind: WindowKind,
  relation: Relation,
  timeColumn: Identifier,
  durations: {
    readonly size: ExpressionNode | undefined;
    readonly step?: ExpressionNode;
    readonly offset?: ExpressionNode;
  },
  partition: readonly number[],
  at: SourceRange,
): WindowSpecification {
  const names = relation.columns.map(({ name }) => name);
  const index = names.indexOf(timeColumn.name);
  if (index < 0) throw unknownColumn(timeColumn.name, names, timeColumn.at);
  return specification(kind, relation, index, timeColumn, durations, partition, at);
}

export function specification(
  kind: WindowKind,
  relation: Relation,
  timeIndex: number,
  timeColumn: Identifier,
  durations: {
    readonly size: ExpressionNode | undefined;
    readonly step?: ExpressionNode;
    readonly offset?: ExpressionNode;
  },
  partition: readonly number[],
  at: SourceRange,
): WindowSpecification {
  const { time } = relation.columns[timeIndex]!;
  if (time === undefined) throw missingWatermark(`The window ${kind}`, timeColumn.name, timeColumn.at);
  const size = millisOf(durations.size, kind, at);
  const step = durations.step === undefined ? size : millisOf(durations.step, kind, at);
  const offset = durations.offset === undefined ? 0 : millisOf(durations.offset, kind, at);
  if (size <= 0 || step <= 0)
    throw badSql('bad-window', `The durations of ${kind} must be more than 0.`, 'Make them longer.', at);
  if (kind === 'HOP' && size % step !== 0) {
    throw badSql(
      'bad-window',
      'The size of HOP must be a multiple of its slide.',
      `${size} ms are no multiple of ${step} ms.`,
      at,
    );
  }
  if (kind === 'CUMULATE' && size % step !== 0) {
    throw badSql(
      'bad-window',
      'The size of CUMULATE must be a multiple of its step.',
      `${size} ms are no multiple of ${step} ms.`,
      at,
    );
  }
  return { kind, timeColumn: timeIndex, time, size, step, offset, partition };
}

export function millisOf(node: ExpressionNode | undefined, what: string, at: SourceRange): number {
  if (node?.kind === 'literal' && node.type.name === 'INTERVAL DAY TO SECOND') return node.value as number;
  throw badSql(
    'bad-window',
    `${what} takes a duration that is written out.`,
    "Write it as INTERVAL '5' SECOND.",
    node?.at ?? at,
  );
}

/** The input of a window function. */
export function inputOfWindow(
  argument: WindowArgument | undefined,
  at: SourceRange,
): WindowArgument & { readonly kind: 'input'; readonly input: TableNode } {
  if (argument?.kind === 'input') return argument;
  throw badSql(
    'bad-window',
    'A window function reads a table.',
    'Write TABLE t as its first argument.',
    argument?.at ?? at,
  );
}

export function descriptorOf(argument: WindowArgument | undefined, at: SourceRange): Identifier {
  if (argument?.kind === 'descriptor' && argument.columns.length === 1) return argument.columns[0]!;
  throw badSql(
    'bad-window',
    'A window function takes the time column.',
    'Write DESCRIPTOR(ts) as its second argument.',
    argument?.at ?? at,
  );
}

export function valueOf(argument: WindowArgument | undefined): ExpressionNode | undefined {
  return argument?.kind === 'value' ? argument.value : undefined;
}
