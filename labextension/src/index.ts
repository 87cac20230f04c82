import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { NotebookViews } from './notebook-views.ts';

const plugin: JupyterFrontEndPlugin<void> = {
  id: '@tidemark/labextension:views',
  description: 'Live views of Tidemark streams.',
  autoStart: true,
  requires: [IEditorLanguageRegistry],
  activate: (app: JupyterFrontEnd, languages: IEditorLanguageRegistry) => {
    // Before a notebook renders its first cell, so that saved views find their renderer.
    app.docRegistry.addWidgetExtension('Notebook', {
      createNew: (panel, context) => new NotebookViews(panel as never, context, languages),
    });
  },
};

export default plugin;
