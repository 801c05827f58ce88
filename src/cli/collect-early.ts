import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const garbageBytes = 3 * 1024 * 1024;
const everyMs = 10;
// What SQLite holds for a statement is freed when its small object is swept.
const restMs = 1000;
const restBytes = 256 * 1024;

/**
 * Reading a large service makes much garbage and keeps little; left to itself the heap grows several times over before it is swept. In this thread
 * it is swept whenever so much has come together. @returns a function that ends it.
 */
export function collectEarly(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  let kept = held();
  let last = performance.now();
  const timer = setInterval(() => {
    const garbage = held() - kept;
    if (garbage < (performance.now() - last < restMs ? garbageBytes : restBytes)) return;
    collect();
    kept = held();
    last = performance.now();
  }, everyMs).unref();
  return () => clearInterval(timer);
}

/** Objects, and the bodies of answers beside them. */
function held(): number {
  const { used_heap_size: objects, external_memory: bodies } = getHeapStatistics();
  return objects + bodies;
}
