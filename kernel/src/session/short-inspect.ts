import { inspect } from 'node:util';
import { DataStream, DataStreamSink } from 'tidemark';
import { Param, SessionEnvironment, WhatIf } from 'tidemark/session';
import { whatIfTable } from '../display/what-if-table.ts';

/** A view or sink of the session, as `env.jobs()` lists it. */
interface Listed {
  readonly status: string;
}

/**
 * What a cell shows of a stream, a sink or the environment that is not shown live: one line, and not the whole graph
 * that it refers to.
 */
export function inspectShortly(): void {
  says(DataStream.prototype, ({ node }) => `DataStream '${node.name}'`);
  says(DataStreamSink.prototype, ({ node }) => `DataStreamSink '${node.name}'`);
  says(Param.prototype, ({ name, value }) => `Param '${name}' at ${value}`);
  Object.defineProperty(WhatIf.prototype, Symbol.for('Jupyter.display'), {
    configurable: true,
    value(this: WhatIf) {
      return whatIfTable(this).bundle();
    },
  });
  says(SessionEnvironment.prototype, (env) => {
    const listed: readonly Listed[] = env.jobs();
    const running = listed.filter(({ status }) => status === 'running').length;
    return `StreamExecutionEnvironment: ${listed.length} views and sinks, ${running} running (env.jobs() lists them)`;
  });
}

function says<T extends object>(prototype: T, line: (value: T) => string): void {
  Object.defineProperty(prototype, inspect.custom, {
    configurable: true,
    value(this: T) {
      // The prototype itself may be looked at as well.
      return Object.hasOwn(this, 'constructor') ? '[prototype]' : line(this);
    },
  });
}
