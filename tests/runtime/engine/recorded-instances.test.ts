import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { registerType, replay, type Source } from 'tidemark';
import { Notebook, temporaryFolder } from './notebook.ts';

class Money {
  readonly #cents: number;
  constructor(cents: number) {
    this.#cents = cents;
  }
  get cents(): number {
    return this.#cents;
  }
}

/** Hands over payments once: what it has said is not said again. */
class Till implements Source<unknown> {
  readonly kind = 'till';
  readonly parameters = {};
  readonly boundedness = 'unbounded';
  readonly rereadable = false;
  readonly #batches: unknown[][] = [];
  #wake = (): void => undefined;

  push(...values: readonly unknown[]): void {
    this.#batches.push([...values]);
    this.#wake();
  }

  createReader({ onReady }: { onReady: () => void }) {
    this.#wake = onReady;
    return {
      poll: () => {
        const values = this.#batches.shift();
        return values === undefined ? ('wait' as const) : { values, position: undefined };
      },
      close: () => undefined,
    };
  }
}

let folder: ReturnType<typeof temporaryFolder>;
let notebook: Notebook;
let till: Till;

beforeEach(async () => {
  folder = temporaryFolder();
  till = new Till();
  notebook = await Notebook.open(folder.path('n.sqlite'));
  registerType(Money, {
    name: 'money',
    encode: ({ cents }) => cents,
    decode: (cents: number) => new Money(cents),
  });
});
afterEach(async () => {
  await notebook.crash();
  folder.remove();
});

const cents = (id: string, factor = 1) =>
  notebook.cell(id, (env) => {
    const payments = env.fromSource(till, undefined, 'payments');
    payments
      .map((value) => (value as { paid: Money }).paid.cents)
      .map(factor === 1 ? (n) => n : (n) => n * 10)
      .show();
  });
const seen = async (id: string, ...values: readonly number[]) => {
  await notebook.view(`${id}/0`).until((view) => view.values.length === values.length);
  expect(notebook.view(`${id}/0`).values).toEqual(values);
};

describe('records with instances of registered classes', () => {
  test('are recorded, and replayed to a branch that was edited, or made after a crash', async () => {
    cents('a');
    till.push({ paid: new Money(1) }, { paid: new Money(2) });
    await seen('a', 1, 2);
    cents('a', 10);
    await seen('a', 10, 20);
    await notebook.session.beginCut({ label: 'now' })!.durable;
    await notebook.crash();
    notebook = await Notebook.open(folder.path('n.sqlite'), true);
    cents('b');
    await seen('b', 1, 2);
    till.push({ paid: new Money(3) });
    await seen('b', 1, 2, 3);
    expect(notebook.env.recording().sources).toMatchObject([{ records: 3, kept: 3 }]);
  });

  test('are exported, and handed over again from the file', async () => {
    cents('a');
    till.push({ paid: new Money(1) });
    await seen('a', 1);
    await notebook.env.recording().export(folder.path('payments.rec'));
    const paid = await notebook.env.fromSource(replay(folder.path('payments.rec'))).executeAndCollect();
    expect(
      (paid as { paid: Money }[]).map((value) => [value.paid instanceof Money, value.paid.cents]),
    ).toEqual([[true, 1]]);
  });
});

test('an instance of another class fails the branch with source, field and next step; nothing is lost', async () => {
  class Late {
    readonly cents: number;
    constructor(cents: number) {
      this.cents = cents;
    }
  }
  cents('a');
  till.push({ paid: new Money(1) });
  await seen('a', 1);
  till.push({ paid: new Late(2) });
  await notebook.view('a/0').until(({ status }) => status === 'failed');
  expect(notebook.view('a/0').error).toMatchObject({
    code: 'record-not-storable',
    message: expect.stringMatching(
      /^The source 'payments' .*: record\.paid is an instance of Late, a class that is not registered\..* registerType/,
    ) as string,
  });
  registerType(Late);
  cents('a', 10);
  await seen('a', 10, 20);
});
