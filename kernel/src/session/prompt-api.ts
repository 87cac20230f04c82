import { interrupted, promptOutsideCell, stdinNotAllowed } from '../errors.ts';
import { currentCell } from './cell-context.ts';
import { hostSection } from './host-section.ts';
import { flushOutput } from './output.ts';
import { postToKernel } from './outbox.ts';

export interface PromptOptions {
  /** True to hide what is typed. */
  readonly password?: boolean;
}

interface Question {
  readonly run: number;
  readonly text: string;
  readonly password: boolean;
  readonly resolve: (answer: string) => void;
  readonly reject: (error: Error) => void;
}

/** Questions in order; the first one is on the screen. */
const questions: Question[] = [];
let running: number | undefined;

/** The cell that may ask; undefined when none runs. */
export function promptsFor(run: number | undefined): void {
  running = run;
}

/** Asks the user for a line of text. Rejects when the client allows no input, or on interrupt. */
export function prompt(text = '', options: PromptOptions = {}): Promise<string> {
  const cell = currentCell();
  return new Promise((resolve, reject) => {
    if (cell.run !== running) return reject(promptOutsideCell());
    if (!cell.allowStdin) return reject(stdinNotAllowed());
    questions.push({
      run: cell.run,
      text: String(text),
      password: options.password === true,
      resolve,
      reject,
    });
    if (questions.length === 1) ask();
  });
}

/** The user's answer to the question on the screen. */
export function answerPrompt(value: string): void {
  questions.shift()?.resolve(value);
  ask();
}

/** An interrupt: nobody will answer. */
export function rejectPrompts(): void {
  for (const question of questions.splice(0)) question.reject(interrupted());
}

function ask(): void {
  const [question] = questions;
  if (!question) return;
  hostSection(() => {
    flushOutput();
    postToKernel({ type: 'prompt', run: question.run, text: question.text, password: question.password });
  });
}
