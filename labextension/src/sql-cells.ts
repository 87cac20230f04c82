import type { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import type { ICellModel } from '@jupyterlab/cells';
import type { Notebook, NotebookPanel } from '@jupyterlab/notebook';

/** The dialect that has names in `backticks`, of those that JupyterLab's editor knows. */
const SQL = 'text/x-mysql';
const SQL_CELL = /^\s*%%sql\b/;

/** Colours the cells of a notebook that are SQL as SQL. */
export class SqlCells {
  readonly #notebook: Notebook;
  readonly #context: NotebookPanel['sessionContext'];
  readonly #known = new Set<ICellModel>();
  /** Other kernels have magics of that name, and editors of their own for them. */
  #isOurs = false;
  #disposed = false;

  readonly #languages: IEditorLanguageRegistry;

  constructor({ content, sessionContext }: NotebookPanel, languages: IEditorLanguageRegistry) {
    this.#languages = languages;
    this.#notebook = content;
    this.#context = sessionContext;
    content.modelContentChanged.connect(this.#look, this);
    content.modelChanged.connect(this.#look, this);
    sessionContext.kernelChanged.connect(this.#onKernel, this);
    this.#onKernel();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#notebook.modelContentChanged.disconnect(this.#look, this);
    this.#notebook.modelChanged.disconnect(this.#look, this);
    this.#context.kernelChanged.disconnect(this.#onKernel, this);
    for (const cell of this.#known) cell.mimeTypeChanged.disconnect(this.#onMimeType, this);
    this.#known.clear();
  }

  #onKernel(): void {
    void this.#context.session?.kernel?.info.then(async ({ implementation }) => {
      // While an editor loads a language it can be given another; the one that is loaded last would stay.
      for (const mime of [this.#notebook.codeMimetype, 'text/javascript', SQL]) {
        const language = this.#languages.findByMIME(mime);
        if (language !== null) await this.#languages.getLanguage(language);
      }
      if (this.#disposed) return;
      this.#isOurs = implementation === 'tidemark';
      this.#look();
    });
  }

  #look(): void {
    for (const { model } of this.#notebook.widgets) {
      if (model.type !== 'code') continue;
      if (!this.#known.has(model)) {
        this.#known.add(model);
        // A notebook gives all cells the kernel's language, when it learns it and when they are made.
        model.mimeTypeChanged.connect(this.#onMimeType, this);
        model.sharedModel.disposed.connect(() => this.#known.delete(model));
      }
      this.#colour(model);
    }
  }

  #onMimeType(model: unknown): void {
    this.#colour(model as ICellModel);
  }

  #colour(model: ICellModel): void {
    if (this.#disposed || model.isDisposed) return;
    const isSql = this.#isOurs && SQL_CELL.test(model.sharedModel.getSource());
    if (isSql) model.mimeType = SQL;
    else if (model.mimeType === SQL) model.mimeType = this.#notebook.codeMimetype;
  }
}
