import {
  KeyedProcessFunction,
  ValueStateDescriptor,
  type KeyedContext,
  type ValueState,
} from '../../runtime/src/index.ts';

export interface Reading {
  readonly sensor: string;
  /** Which of the sensor's readings it is. */
  readonly n: number;
  readonly value: number;
}

interface Level {
  readonly count: number;
  readonly mean: number;
}

const WARM_UP = 5;
const WEIGHT = 0.2;
const DISTANCE = 4;

/** What a reading makes of a sensor's level, and whether it is anomalous. */
function judge(level: Level | undefined, { value }: Reading): { next: Level; anomalous: boolean } {
  const { count, mean } = level ?? { count: 0, mean: value };
  const anomalous = count >= WARM_UP && Math.abs(value - mean) > DISTANCE;
  return { next: { count: count + 1, mean: anomalous ? mean : mean + WEIGHT * (value - mean) }, anomalous };
}

/** Lets readings through that are far from what their sensor has shown lately. */
export class Detection extends KeyedProcessFunction<string, Reading, Reading> {
  #level!: ValueState<Level | undefined>;

  override open(): void {
    this.#level = this.getRuntimeContext().getState(new ValueStateDescriptor<Level>('level'));
  }

  *processElement(reading: Reading, _context: KeyedContext<string>): Generator<Reading> {
    const { next, anomalous } = judge(this.#level.value(), reading);
    this.#level.update(next);
    if (anomalous) yield reading;
  }
}

/** What the detection finds, in the order of the readings. */
export function anomaliesIn(readings: readonly Reading[]): Reading[] {
  const levels = new Map<string, Level>();
  return readings.filter((reading) => {
    const { next, anomalous } = judge(levels.get(reading.sensor), reading);
    levels.set(reading.sensor, next);
    return anomalous;
  });
}

const SENSORS = 7;

/** Readings of a few sensors: noise around levels of their own, and now and then something else. */
export function readingsOf(random: () => number, count: number): Reading[] {
  return Array.from({ length: count }, (_, i) => {
    const sensor = i % SENSORS;
    const value = sensor * 10 + random() + (random() < 0.1 ? 6 : 0);
    return { sensor: `s${sensor}`, n: Math.floor(i / SENSORS), value };
  });
}
