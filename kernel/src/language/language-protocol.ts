import type { LanguageService } from './language-service.ts';

/** What the kernel asks of the thread that holds the language service: a method and its arguments. */
export type LanguageMethod =
  | 'compile'
  | 'commit'
  | 'rollback'
  | 'complete'
  | 'inspect'
  | 'completeSql'
  | 'inspectSql'
  | 'warmSql'
  | 'catalog'
  | 'isComplete'
  | 'forget';

export interface LanguageRequest {
  readonly id: number;
  readonly method: LanguageMethod;
  readonly args: readonly unknown[];
}

export type LanguageReply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string; readonly stack: string };

export type LanguageArguments<M extends LanguageMethod> = Parameters<LanguageService[M]>;
export type LanguageAnswer<M extends LanguageMethod> = Awaited<ReturnType<LanguageService[M]>>;
