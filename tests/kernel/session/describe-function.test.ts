import { Session } from 'node:inspector';
import { describe, expect, it } from 'vitest';
import {
  combine,
  detect,
  ewmaDetector,
  halfSpaceTreesDetector,
  holtWintersDetector,
  knnDetector,
  multiScaleDetector,
  tailDetector,
  type AnomalyDetector,
} from 'tidemark';
import { functionDescriber } from '../../../kernel/src/session/describe-function.ts';

const { describe: describeFunction, variable, variablesOf } = functionDescriber();

/** Evaluates as a cell does: top-level names are the notebook's. */
async function cell(code: string): Promise<void> {
  const session = new Session();
  session.connect();
  await new Promise<void>((resolve, reject) =>
    session.post('Runtime.evaluate', { expression: code, replMode: true, awaitPromise: true }, (error) => {
      if (error) reject(error);
      else resolve();
    }),
  );
  session.disconnect();
}

describe('law 3: source text alone is not enough', () => {
  it('tells closures of one source apart by what they capture', () => {
    const above = (limit: unknown) => (value: number) => value > (limit as number);
    expect(describeFunction(above(5))).toBe(describeFunction(above(5)));
    expect(describeFunction(above(5))).not.toBe(describeFunction(above(6)));
    expect(describeFunction(above({ a: [1] }))).toBe(describeFunction(above({ a: [1] })));
    expect(describeFunction(above({ a: [1] }))).not.toBe(describeFunction(above({ a: [2] })));
    expect(describeFunction(above(new Map([['k', 1]])))).not.toBe(
      describeFunction(above(new Map([['k', 2]]))),
    );
  });

  it('follows captured functions, also round in circles', () => {
    const through = (inner: (x: number) => number) => (x: number) => inner(x) + 1;
    expect(describeFunction(through((x) => x * 2))).not.toBe(describeFunction(through((x) => x * 3)));
    const even = (n: number): boolean => n === 0 || odd(n - 1);
    const odd = (n: number): boolean => n !== 0 && even(n - 1);
    expect(describeFunction(even)).toContain('odd');
  });

  it('counts what a function does not name as no part of it', () => {
    const make = (named: number, unnamed: number) => {
      const other = () => unnamed;
      return [(x: number) => x + named, other] as const;
    };
    expect(describeFunction(make(1, 1)[0])).toBe(describeFunction(make(1, 2)[0]));
  });

  it('counts what tidemark exports by its name', () => {
    const by = (make: typeof ewmaDetector) => () => make();
    expect(describeFunction(by(ewmaDetector))).toMatch(/make=tidemark\.ewmaDetector$/);
  });

  it('looks into the fields of an instance, private ones too', () => {
    class Threshold {
      #limit: number;
      readonly label: string;
      constructor(limit: number, label = 'x') {
        this.#limit = limit;
        this.label = label;
      }
      check(value: number): boolean {
        return value > this.#limit;
      }
    }
    expect(describeFunction(new Threshold(1))).toBe(describeFunction(new Threshold(1)));
    expect(describeFunction(new Threshold(1))).not.toBe(describeFunction(new Threshold(2)));
    expect(describeFunction(new Threshold(1, 'x'))).not.toBe(describeFunction(new Threshold(1, 'y')));
  });

  it('sees the notebook variables and functions that are named, transitively', async () => {
    await cell(
      'let describedLimit = 5; let describedCheck = (v) => v > describedLimit; globalThis.describedUser = (v) => describedCheck(v);',
    );
    const { describedUser } = globalThis as unknown as { describedUser: unknown };
    const before = describeFunction(describedUser);
    expect(describeFunction(describedUser)).toBe(before);
    await cell('describedLimit = 6');
    expect(describeFunction(describedUser)).not.toBe(before);
    await cell('describedLimit = 5');
    expect(describeFunction(describedUser)).toBe(before);
  });

  it('names the notebook variables that a function hangs on, with what they hold', async () => {
    await cell(
      'let variableLimit = 5; let variableCheck = (v) => v > variableLimit; globalThis.variableUser = (v) => variableCheck(v);',
    );
    const { variableUser } = globalThis as unknown as { variableUser: unknown };
    describeFunction(variableUser);
    const variables = variablesOf(variableUser);
    expect([...(variables?.keys() ?? [])].sort()).toEqual(['variableCheck', 'variableLimit']);
    expect(variable('variableLimit')).toBe(variables?.get('variableLimit'));
    await cell('variableLimit = 6');
    expect(variable('variableLimit')).not.toBe(variables?.get('variableLimit'));
    expect(variable('variableCheck')).not.toBe(variables?.get('variableCheck'));
    expect(variable('variableNobodyHas')).toBeUndefined();
  });

  it('takes any callable: methods, classes, bound and native functions', () => {
    const object = {
      method(x: number) {
        return x + 1;
      },
    };
    for (const fn of [object.method, class A {}, object.method.bind(null), Math.max])
      expect(describeFunction(fn)).toContain('');
    expect(describeFunction(object.method)).toContain('x + 1');
  });
});

describe('law 3: an edit of a detector is an edit of the job', () => {
  const value = (record: { value: number }) => record.value;
  const described = (detector: AnomalyDetector) => describeFunction(detect(detector, { value }));

  it.each<[string, AnomalyDetector, AnomalyDetector, AnomalyDetector]>([
    ['half-life', ewmaDetector(), ewmaDetector(), ewmaDetector({ halfLife: 51 })],
    ['seed', halfSpaceTreesDetector(), halfSpaceTreesDetector(), halfSpaceTreesDetector({ seed: 2 })],
    ['season', holtWintersDetector(), holtWintersDetector(), holtWintersDetector({ season: '7 d' })],
    ['neighbours', knnDetector(), knnDetector(), knnDetector({ neighbours: 4 })],
    ['quiet', multiScaleDetector(), multiScaleDetector(), multiScaleDetector({ quiet: 151 })],
    [
      'option of a part',
      combine([tailDetector({ over: 4 })]),
      combine([tailDetector({ over: 4 })]),
      combine([tailDetector({ over: 5 })]),
    ],
  ])('%s', (_, one, same, other) => {
    expect(described(one)).toBe(described(same));
    expect(described(one)).not.toBe(described(other));
  });

  it('what it scores by and its threshold are part of it, with what they capture', () => {
    const times = (factor: number) =>
      detect(ewmaDetector(), { value: (record: { value: number }) => record.value * factor });
    expect(describeFunction(times(2))).toBe(describeFunction(times(2)));
    expect(describeFunction(times(2))).not.toBe(describeFunction(times(3)));
    const above = (threshold: number) => detect(ewmaDetector(), { value, threshold });
    expect(describeFunction(above(0.9))).not.toBe(describeFunction(above(0.99)));
  });

  it('scoring changes nothing of it', () => {
    const detector = multiScaleDetector();
    const before = described(detector);
    const state = detector.createState();
    for (let i = 0; i < 300; i++) detector.score(state, Math.sin(i), i * 60_000);
    expect(described(detector)).toBe(before);
  });
});
