// Not TypeScript: what takes types away costs each thread some 12 MiB, and the compile cache keeps the rest without them.
import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('./scan-thread.ts');
