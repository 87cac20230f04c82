/**
 * What the harness uses of JupyterLab's application object, which `--expose-app-in-browser` puts on the window. Only for
 * functions that run in the page.
 */
export interface LabApplication {
  readonly restored: Promise<void>;
  readonly commands: { execute(id: string, args?: unknown): Promise<unknown> };
  readonly shell: { readonly currentWidget: NotebookPanel | null };
}

export interface NotebookPanel {
  readonly content: {
    activeCellIndex: number;
    readonly widgets: readonly CellWidget[];
    scrollToItem(index: number, align?: string): Promise<void>;
    deselectAll(): void;
    mode: 'command' | 'edit';
    readonly model: {
      readonly sharedModel: {
        insertCell(index: number, cell: { cell_type: string; source: string }): unknown;
      };
    };
  };
  readonly context: {
    readonly path: string;
    readonly ready: Promise<void>;
    readonly model: { readonly dirty: boolean };
    readonly saveState: {
      connect(slot: (context: unknown, state: string) => void): void;
      disconnect(slot: (context: unknown, state: string) => void): void;
    };
    readonly sessionContext: {
      readonly ready: Promise<void>;
      readonly session: { readonly kernel: { readonly id: string; readonly status: string } | null } | null;
      restartKernel(): Promise<void>;
    };
  };
}

export interface CellWidget {
  readonly editor: { focus(): void } | null;
  readonly model: {
    readonly id: string;
    readonly type: string;
    readonly executionCount: number | null;
    readonly executionState?: string;
    readonly sharedModel: { getSource(): string; setSource(text: string): void };
    readonly outputs?: { toJSON(): unknown[] };
  };
}

declare global {
  interface Window {
    readonly jupyterapp: LabApplication;
  }
}
