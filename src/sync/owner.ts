import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

/** Names this process in leases: host, process id, and a word that no later process with the same id has. */
export const processOwner = `${hostname()}/${process.pid}/${randomUUID()}`;

/** Whether an owner on this host is gone for sure. */
export function isOwnerDead(owner: string): boolean {
  const [host, pid] = owner.split('/');
  if (host !== hostname() || pid === undefined) return false;
  if (Number(pid) === process.pid) return true;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
