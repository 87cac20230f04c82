import { inspect } from 'node:util';
import { DataStream, DataStreamSink } from 'tidemark';
import {
  Param,
  Recording,
  SessionEnvironment,
  SnapshotDiff,
  StateTable,
  WhatIf,
  Why,
} from 'tidemark/session';
import { diffTable, recordingTable, stateTable, whyTable } from '../display/inspection-tables.ts';
import type { RowTable } from '../display/row-table.ts';
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
  shows(WhatIf.prototype, whatIfTable);
  shows(StateTable.prototype, stateTable);
  shows(SnapshotDiff.prototype, diffTable);
  shows(Why.prototype, whyTable);
  shows(Recording.prototype, recordingTable);
  says(SessionEnvironment.prototype, (env) => {
    const listed: readonly Listed[] = env.jobs();
    const running = listed.filter(({ status }) => status === 'running').length;
    return `StreamExecutionEnvironment: ${listed.length} views and sinks, ${running} running (env.jobs() lists them)`;
  });
}

/** What a cell shows of a value as a table. */
function shows<T extends object>(prototype: T, table: (value: T) => RowTable): void {
  Object.defineProperty(prototype, Symbol.for('Jupyter.display'), {
    configurable: true,
    value(this: T) {
      return table(this).bundle();
    },
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
