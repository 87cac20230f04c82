import { enableCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { LanguageReply, LanguageRequest } from './language-protocol.ts';

// The thread of the language service. TypeScript is asked synchronously, and a check may take long; meanwhile the
// kernel's own thread answers heartbeats, comms and interrupts.

enableCompileCache();
const { LanguageService } = await import('./language-service.ts');
const service = new LanguageService(workerData as { readonly cwd: string });

parentPort?.on('message', (request: LanguageRequest) => void answer(request));
try {
  await service.warm();
} catch {
  // The first cell meets the same trouble and reports it.
}

async function answer({ id, method, args }: LanguageRequest): Promise<void> {
  let reply: LanguageReply;
  try {
    const value: unknown = await Reflect.apply(service[method], service, args);
    reply = { id, ok: true, value };
  } catch (error) {
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    reply = { id, ok: false, message, stack };
  }
  parentPort?.postMessage(reply);
}
