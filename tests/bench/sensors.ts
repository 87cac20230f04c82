import {
  detect,
  ewmaDetector,
  generatorSource,
  multiScaleDetector,
  StreamExecutionEnvironment,
  WatermarkStrategy,
  type AnomalyDetector,
} from 'tidemark';

interface Reading {
  readonly sensor: number;
  readonly value: number;
}

/** How many sensors and readings, and by what they are scored. */
interface Fleet {
  readonly sensors: number;
  readonly rounds: number;
  readonly detector: () => AnomalyDetector;
}

/** What is measured: the smallest detector for a million sensors, the largest for as many as fit. */
export const FLEETS: Readonly<Record<string, Fleet>> = {
  ewma: { sensors: 1_000_000, rounds: 10, detector: () => ewmaDetector() },
  'multi-scale': { sensors: 10_000, rounds: 40, detector: () => multiScaleDetector() },
};

export interface SensorsMeasured {
  readonly sensors: number;
  readonly bytesPerSensor: number;
  /** Readings a second, sources and sink included. */
  readonly rate: number;
}

/** Rate of a keyed detector, and what the state of its sensors takes while it is all there. */
export async function measureSensors(name: string): Promise<SensorsMeasured> {
  const { sensors, rounds, detector } = FLEETS[name]!;
  const before = inUse();
  const start = performance.now();
  let took = 0;
  let held = 0;
  const readings = sensors * rounds;
  const value = ({ sensor, value }: Reading): number => {
    // The last reading: all states are there, and the clock is read before the heap is.
    if (sensor === sensors - 1 && --left === 0) {
      took = performance.now() - start;
      held = inUse();
    }
    return value;
  };
  let left = rounds;
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  await env
    .fromSource(
      generatorSource(readingAt(sensors), { count: readings }),
      WatermarkStrategy.noWatermarks(),
      'fleet',
    )
    .keyBy('sensor')
    .process(detect(detector(), { value }))
    .filter(({ anomaly }) => anomaly)
    .executeAndCollect();
  return { sensors, bytesPerSensor: (held - before) / sensors, rate: (readings / took) * 1000 };
}

/** Every sensor in turn; values depend on the number of the reading alone. */
function readingAt(sensors: number): (i: number) => Reading {
  return (i) => ({ sensor: i % sensors, value: (Math.imul(i, 0x9e3779b1) >>> 0) / 4294967296 });
}

function inUse(): number {
  globalThis.gc!();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
