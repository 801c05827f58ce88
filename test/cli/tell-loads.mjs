// Tells what the main thread loads, line by line: `loads file:///…`.
import { registerHooks } from 'node:module';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  registerHooks({
    load(url, context, next) {
      process.stderr.write(`loads ${url}\n`);
      return next(url, context);
    },
  });
}
