/** What the line of a job may say of one that runs, and is followed by nobody once its page or its kernel is gone. */
const FOLLOWED = /(class="tm-view tm-job-)(?:created|running|catching-up|paused)(")/;
const STATUS = /(<span class="tm-status">)[^<]*(<\/span>)/;
const TEXT = /: (?:starting|running|catching up|paused) · /;

/** The line of a job as data of an output. */
export interface JobLine {
  readonly 'text/html': string;
  readonly 'text/plain': string;
}

/**
 * The line of a job of INSERT that was followed when it was last written, saying how it stands instead; `undefined` of any other output.
 * @param data of the output; a notebook file may hold text as an array of lines
 * @param said `stopped with its kernel`
 */
export function leftJob(data: Readonly<Record<string, unknown>>, said: string): JobLine | undefined {
  const html = text(data['text/html']);
  if (!FOLLOWED.test(html)) return undefined;
  return {
    'text/html': html.replace(FOLLOWED, '$1left$2').replace(STATUS, `$1${said}$2`),
    'text/plain': text(data['text/plain']).replace(TEXT, `: ${said} · `),
  };
}

function text(value: unknown): string {
  return Array.isArray(value) ? value.join('') : typeof value === 'string' ? value : '';
}
