import type { ViewFailure } from '@tidemark/kernel/protocol';

/** Shows what stopped a view's branch. */
export function showFailure(node: HTMLElement, failure: ViewFailure): void {
  const title = document.createElement('strong');
  title.textContent = failure.name;
  const message = document.createElement('div');
  message.textContent = failure.message;
  const details = document.createElement('pre');
  details.textContent = failure.details.join('\n');
  node.className = 'tm-message tm-failure';
  node.replaceChildren(title, message, ...(failure.details.length > 0 ? [details] : []));
}

/** Shows what a view waits for, which passes. */
export function showTrouble(node: HTMLElement, { message }: ViewFailure): void {
  node.className = 'tm-message tm-trouble';
  if (node.textContent !== message) node.textContent = message;
}

/** Shows the picture, or else the text, that was saved with the notebook. */
export function showSaved(node: HTMLElement, data: Readonly<Record<string, unknown>>): void {
  node.className = 'tm-body';
  const svg = text(data['image/svg+xml']);
  if (svg !== '') {
    // As an image it is safe whoever wrote the file: scripts in it do not run.
    const image = document.createElement('img');
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    image.alt = text(data['text/plain']);
    node.replaceChildren(image);
    return;
  }
  const table = document.createElement('pre');
  table.textContent = text(data['text/plain']);
  node.replaceChildren(table);
}

/** A notebook file may hold text as an array of lines. */
function text(value: unknown): string {
  if (Array.isArray(value)) return value.join('');
  return typeof value === 'string' ? value : '';
}
