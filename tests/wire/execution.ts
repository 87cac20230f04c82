import type { Message } from './wire-message.ts';

/** What one execute request brought back. */
export class Execution {
  readonly id: string;
  readonly reply: Message;
  readonly messages: readonly Message[];

  constructor(id: string, reply: Message, messages: readonly Message[]) {
    this.id = id;
    this.reply = reply;
    this.messages = messages;
  }

  get status(): unknown {
    return this.reply.content['status'];
  }

  of(type: string): Record<string, unknown>[] {
    return this.messages.filter((message) => message.type === type).map(({ content }) => content);
  }

  text(name: 'stdout' | 'stderr' = 'stdout'): string {
    return this.of('stream')
      .filter((content) => content['name'] === name)
      .map((content) => String(content['text']))
      .join('');
  }

  /** The value shown, as text. */
  get result(): string | undefined {
    return this.data['text/plain'] as string | undefined;
  }

  /** The MIME bundle of the value shown. */
  get data(): Record<string, unknown> {
    return (this.of('execute_result')[0]?.['data'] ?? {}) as Record<string, unknown>;
  }

  get error(): { ename: string; evalue: string; traceback: string } {
    const { ename, evalue, traceback } = this.reply.content;
    return {
      ename: String(ename),
      evalue: String(evalue),
      traceback: Array.isArray(traceback) ? traceback.join('\n') : '',
    };
  }

  /** States of the kernel, in order. */
  get states(): unknown[] {
    return this.of('status').map((content) => content['execution_state']);
  }
}
