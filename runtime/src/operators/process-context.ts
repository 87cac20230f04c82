import type { Output } from './operator.ts';
import { tagId, type OutputTag } from './output-tag.ts';
import type { OnTimerContext, TimeDomain, TimerService } from './process-function.ts';
import type { ResultCollector } from './result-collector.ts';

/** The context of process functions; one object serves all calls. */
export class ProcessContext implements OnTimerContext {
  readonly #output: Output;
  readonly #collector: ResultCollector;
  readonly #timers: TimerService;
  readonly #currentKey: () => unknown;
  domain: TimeDomain = 'event-time';

  constructor(output: Output, collector: ResultCollector, timers: TimerService, currentKey: () => unknown) {
    this.#output = output;
    this.#collector = collector;
    this.#timers = timers;
    this.#currentKey = currentKey;
  }

  timestamp(): number | undefined {
    return this.#collector.timestamp;
  }

  timerService(): TimerService {
    return this.#timers;
  }

  getCurrentKey(): unknown {
    return this.#currentKey();
  }

  timeDomain(): TimeDomain {
    return this.domain;
  }

  output<X>(tag: OutputTag<X>, value: X): void {
    this.#output.sideOutput(tagId(tag), value, this.#collector.timestamp);
  }
}
