// Answers what may take long in a thread of its own, one statement after the other.
import { parentPort, workerData } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import type { ScanCalls } from './scan.ts';
import { leanDoor, sqlite } from './sqlite.ts';

const port = parentPort;
if (port === null) throw new Error('this file runs as a worker');
const database = sqlite(workerData as string, leanDoor, true);
const calls: ScanCalls = { all: (text, parameters) => database.prepare(text).all(parameters) };
createBirpc<object, ScanCalls>(calls, {
  post: (message) => port.postMessage(message),
  on: (listener) => port.on('message', listener),
  timeout: -1,
});
