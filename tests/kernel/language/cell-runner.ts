import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Session } from 'node:inspector';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { LanguageService, type CellDiagnostic } from '../../../kernel/src/language/language-service.ts';

export type Outcome =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refused'; readonly diagnostics: readonly CellDiagnostic[] }
  | { readonly kind: 'thrown'; readonly error: unknown; readonly stack: string };

/** What a cell's code reaches the session through, as far as these tests need one. */
interface SessionStub {
  guarded: number;
  reached: number;
  guard<T>(value: T): T;
  guardIterable<T>(iterable: T): T;
  import(specifier: string, attributes?: Record<string, string>): Promise<unknown>;
  readonly meta: { readonly url: string };
}

/** Compiles cells and evaluates them in this process as the kernel's session does. */
export class CellRunner {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'tidemark-language-')));
  readonly service = new LanguageService({ cwd: this.folder });
  readonly session: SessionStub;
  readonly #inspector = new Session();
  #count = 0;

  constructor() {
    this.#inspector.connect();
    // The packages that cells of these tests import.
    symlinkSync(
      fileURLToPath(new URL('../../../node_modules', import.meta.url)),
      join(this.folder, 'node_modules'),
    );
    const notebook = join(this.folder, 'notebook.ts');
    const fromHere = createRequire(import.meta.url);
    this.session = {
      guarded: 0,
      reached: 0,
      guard(value) {
        this.guarded += 1;
        return value;
      },
      guardIterable(iterable) {
        this.guarded += 1;
        return iterable;
      },
      import: (specifier, attributes) => {
        const url = specifier.startsWith('.')
          ? new URL(specifier, pathToFileURL(notebook)).href
          : specifier.startsWith('node:')
            ? specifier
            : pathToFileURL(fromHere.resolve(specifier)).href;
        return attributes ? import(url, { with: attributes }) : import(url);
      },
      meta: { url: pathToFileURL(notebook).href },
    };
    Object.assign(globalThis, { __tidemark: this.session });
  }

  async run(code: string): Promise<Outcome> {
    this.#count += 1;
    const executionCount = this.#count;
    const cellId = `cell-${executionCount}`;
    const compiled = await this.service.compile({ cellId, name: '', code, executionCount });
    if (!compiled.ok) return { kind: 'refused', diagnostics: compiled.diagnostics };
    this.session.reached = 0;
    try {
      const value = await this.#evaluate(compiled.js);
      this.service.commit(cellId, executionCount);
      return compiled.hasValue ? { kind: 'value', value } : { kind: 'nothing' };
    } catch (error) {
      const stack = error instanceof Error ? (error.stack ?? '') : '';
      this.service.rollback(cellId, executionCount, this.session.reached);
      return { kind: 'thrown', error, stack: this.service.mapStack(stack) };
    }
  }

  /** The value of a cell's last expression; fails if the cell was refused, threw or had none. */
  async value(code: string): Promise<unknown> {
    const outcome = await this.run(code);
    if (outcome.kind !== 'value') throw new Error(`${code}\n${describe(outcome)}`);
    return outcome.value;
  }

  /** Runs a cell of declarations. */
  async declare(code: string): Promise<void> {
    const outcome = await this.run(code);
    if (outcome.kind !== 'nothing') throw new Error(`${code}\n${describe(outcome)}`);
  }

  /** What the checker said of a cell, as `TS2322 1:7 message`. */
  async refusal(code: string): Promise<string[]> {
    const outcome = await this.run(code);
    if (outcome.kind !== 'refused') throw new Error(`${code}\nwas not refused: ${describe(outcome)}`);
    return outcome.diagnostics.map((one) => `${one.code} ${one.line}:${one.column} ${one.message}`);
  }

  close(): void {
    this.#inspector.disconnect();
    this.service.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #evaluate(js: string): Promise<unknown> {
    const held: { value?: unknown; error?: unknown } = {};
    Object.assign(globalThis, { __held: held });
    const { result, exceptionDetails } = await this.#post('Runtime.evaluate', {
      expression: js,
      replMode: true,
      awaitPromise: true,
    });
    const thrown = exceptionDetails?.exception;
    const remote = thrown ?? result;
    if (remote.objectId === undefined) {
      const plain = remote.unserializableValue === 'NaN' ? NaN : remote.value;
      if (exceptionDetails) throw thrown ? plain : new Error(exceptionDetails.text);
      return plain;
    }
    const { result: self } = await this.#post('Runtime.evaluate', { expression: 'globalThis.__held' });
    await this.#call(self.objectId ?? '', remote.objectId);
    if (exceptionDetails) throw held.value;
    return held.value;
  }

  #call(self: string, argument: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#inspector.post(
        'Runtime.callFunctionOn',
        {
          functionDeclaration: 'function (x) { this.value = x }',
          objectId: self,
          arguments: [{ objectId: argument }],
        },
        (error) => (error ? reject(error) : resolve(undefined)),
      );
    });
  }

  #post(
    method: 'Runtime.evaluate',
    params: object,
  ): Promise<import('node:inspector').Runtime.EvaluateReturnType> {
    return new Promise((resolve, reject) => {
      this.#inspector.post(method, params as never, (error, answer) =>
        error ? reject(error) : resolve(answer),
      );
    });
  }
}

function describe(outcome: Outcome): string {
  if (outcome.kind === 'refused')
    return outcome.diagnostics.map((one) => `${one.code} ${one.message}`).join('\n');
  return outcome.kind === 'thrown' ? `threw ${outcome.stack || String(outcome.error)}` : outcome.kind;
}
