// Not TypeScript, for what scan-worker.mjs says.
import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('./report-host.ts');
