// Writes one report in a thread of its own: a piece whenever it is asked for one.
import { parentPort, workerData } from 'node:worker_threads';
import { createDirectory } from '../directory/directory.ts';
import { exportRoleReport } from '../directory/export.ts';
import { openStore } from '../store/open.ts';
import { collectEarly } from './collect-early.ts';
import type { ReportThreadData } from './report-thread.ts';

const port = parentPort;
if (port === null) throw new Error('this file runs as a worker');
collectEarly();
const { store, managedDomains, order, report } = workerData as ReportThreadData;
const connection = await openStore(store, { readOnly: true, lean: true });
const directory = createDirectory(connection, { now: Date.now, managedDomains, order });
const pieces = exportRoleReport(await directory.open(), report);
// What goes wrong ends the thread, and is thrown where the report is written to.
port.on('message', () => void pieces.next().then(({ done, value }) => port.postMessage(done === true ? null : value)));
