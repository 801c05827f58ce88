// Not TypeScript: what takes types away costs a thread some 15 MiB, and the compile cache keeps the rest without them.
import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('./scan-thread.ts');
