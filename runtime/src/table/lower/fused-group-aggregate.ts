import type { FusionScope, WriteNext } from '../../operators/fusion-scope.ts';
import type { Group, GroupAggregateOptions } from '../operators/group-aggregate-operator.ts';
import { equalValues } from '../types/compare.ts';
import type { LogicalType } from '../types/logical-type.ts';
import { writeKey } from './fused-key.ts';
import { FusedExpressions, fusedRow, rowOfLocals } from './fused-row.ts';

/** What the code asks of the operator that it is written for. */
interface Groups {
  find(key: unknown): Group | undefined;
  begin(keys: readonly unknown[]): Group;
  end(): void;
  readonly postpones: boolean;
  postpone(group: Group, timestamp: number | undefined): void;
}

/** Code that changes a row's group and sends what that changes, without a row or an array of results being made. */
export function fuseGroupAggregate(
  operator: Groups,
  { keys, handler, types, retracts, width, updateBefore }: GroupAggregateOptions,
  scope: FusionScope,
  value: string,
  timestamp: string,
  next: WriteNext,
): string {
  const { row, before } = fusedRow(scope, value, width);
  const writer = new FusedExpressions(scope, row);
  const name = () => scope.local();
  const [adds, group, accumulators, shown, kind] = [name(), name(), name(), name(), name()];
  const [locals, sentKeys] = [keys.map(name), keys.map(name)];
  const [results, sent] = [types.map(name), types.map(name)];
  const each = (write: (at: number) => string) => types.map((_type, at) => `${write(at)};\n`).join('');
  const declare = (names: readonly string[]) => (names.length === 0 ? '' : `let ${names.join(', ')};\n`);
  const place = (at: number) => `${shown}[${keys.length + at}]`;
  const same = types.map((type, at) => writeEqual(scope, type, place(at), results[at]!));
  const bound = scope.bind(operator);
  const keyCode = keys.map((key, at) => `const ${locals[at]} = ${writer.write(key)};\n`).join('');
  const codes = handler.resultCodes(scope, accumulators);
  const change = `${group}.rows++;\n${handler.writeAdd(scope, row, accumulators)}`;
  const show = `${each((at) => `${results[at]} = ${codes[at]}`)}if (${shown} === null) {
${kind} = '+I';
${group}.shown = [${[...locals, ...results].join(', ')}];
${each((at) => `${sent[at]} = ${results[at]}`)}} else if (!(${same.join(' && ') || 'true'})) {
${kind} = '${updateBefore ? '-U' : '+U'}';
${each((at) => `${sent[at]} = ${updateBefore ? place(at) : results[at]}`)}${each((at) => `${place(at)} = ${results[at]}`)}}`;
  const end = retracts
    ? `if (${group}.rows === 0) {
${bound}.end();
if (${shown} !== null) {
${kind} = '-D';
${each((at) => `${sent[at]} = ${place(at)}`)}}
} else `
    : '';
  const made = scope.nameParts(rowOfLocals(kind, [...sentKeys, ...sent]), value);
  const again = `if (${kind} !== '-U') break;\n${kind} = '+U';\n${each((at) => `${sent[at]} = ${results[at]}`)}`;
  return `${before}${writer.declarations}${keyCode}const ${adds} = ${retracts ? `${row.kind} === '+I' || ${row.kind} === '+U'` : 'true'};
let ${group} = ${bound}.find(${writeKey(scope, keys, locals)});
if (${group} === undefined && ${adds}) ${group} = ${bound}.begin([${locals.join(', ')}]);
if (${group} !== undefined) {
const ${accumulators} = ${group}.accumulators;
const ${shown} = ${group}.shown;
let ${kind} = '';
${declare([...results, ...sent])}${retracts ? `if (${adds}) {\n${change}\n} else {\n${group}.rows--;\n${handler.writeRetract(scope, row, accumulators)}\n}` : change}
if (${bound}.postpones) ${bound}.postpone(${group}, ${timestamp});
else ${end}{
${show}
}
${sentKeys.map((sentKey, at) => `const ${sentKey} = ${group}.keys[${at}];\n`).join('')}while (${kind} !== '') {
${next(made)}
${updateBefore ? again : 'break;'}
}
}`;
}

/** Code that is true where two results are not distinct. */
function writeEqual(scope: FusionScope, { name }: LogicalType, a: string, b: string): string {
  // NaN is not distinct from itself; neither is an array of equal values.
  const plain = [
    'TINYINT',
    'SMALLINT',
    'INT',
    'INTEGER',
    'BIGINT',
    'DECIMAL',
    'STRING',
    'BOOLEAN',
    'DATE',
    'TIME',
    'TIMESTAMP',
    'TIMESTAMP_LTZ',
  ];
  return plain.includes(name) ? `${a} === ${b}` : `${scope.bind(equalValues)}(${a}, ${b})`;
}
