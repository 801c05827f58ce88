import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('./sync-host.ts');
