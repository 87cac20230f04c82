/** Above a view that waits for its cell: what happened, and the button that runs again what has to run (law 8). */
export class RunAgainNotice {
  readonly node = document.createElement('div');
  readonly #button = document.createElement('button');

  constructor(runAgain: () => Promise<void>) {
    const text = document.createElement('span');
    text.textContent =
      'The process that ran the cells has ended, and the variables are gone with it. Views and the state of the streams are kept: they go on from the last snapshot when their cells run again.';
    this.node.className = 'tm-notice';
    this.node.hidden = true;
    this.node.append(text, this.#button);
    this.#button.className = 'tm-button';
    this.#button.textContent = 'Run again';
    this.#button.title = 'Run the cells of all waiting views again, with the cells whose names they use';
    this.#button.addEventListener('click', () => {
      this.#button.disabled = true;
      void runAgain().finally(() => (this.#button.disabled = false));
    });
  }
}
