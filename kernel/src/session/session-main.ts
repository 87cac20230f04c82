import { enableCompileCache } from 'node:module';

// Entry of the session process, forked by the kernel process with
//   session-main <store path> <resume: 0 | 1>
// It only switches the cache of compiled code on, which halves the time to load all the rest.

enableCompileCache();
await import('./session-process.ts');
