import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '../../src/cli/common.ts';
import { startDemo, type Demo } from '../../src/cli/demo.ts';
import { createReportWriter } from '../../src/cli/report-thread.ts';
import { createRuntime, type Runtime } from '../../src/cli/runtime.ts';
import { serve, type Serving } from '../../src/cli/start.ts';
import { exportRoleReport } from '../../src/directory/export.ts';
import { reportFormats } from '../../src/model/access.ts';

let demo: Demo;
let runtime: Runtime;
let server: Serving;

beforeAll(async () => {
  demo = await startDemo({ people: 60, port: 0, types: ['squirro', 'slack', 'ftrack'] });
  runtime = await createRuntime(demo.config, { serves: true });
  server = await serve(runtime, { host: '127.0.0.1', port: 0 }, [], createLog('error'));
  await runtime.sync.once();
}, 30_000);

afterAll(async () => {
  await server.close();
  await runtime.close();
  await demo.close();
});

const download = (format: string, signal?: AbortSignal) =>
  fetch(`${server.url}/export/role-report.${format}`, signal === undefined ? {} : { signal });

async function whole(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

const untimed = (text: string): string => text.replaceAll(/"asOf":"[^"]*"/g, '');

test.each(reportFormats)('a report as %s is the same, worked out in a thread of its own', async (format) => {
  const view = await runtime.directory.open();
  const here = await whole(exportRoleReport(view, { format, filter: {}, findings: [] }));
  expect(here.split('\n').length).toBeGreaterThan(100);
  expect(untimed(await (await download(format.toLowerCase())).text())).toBe(untimed(here));
});

test('whoever leaves makes room for the next', async () => {
  for (let n = 0; n < 6; n += 1) {
    const leaving = new AbortController();
    const answer = await download('csv', leaving.signal);
    leaving.abort();
    await expect(answer.text()).rejects.toThrow();
  }
  // The server hears of it when it writes the next piece.
  await expect
    .poll(async () => {
      const answer = await download('csv');
      await answer.text();
      return answer.status;
    })
    .toBe(200);
});

test('a store that cannot be read is told to whoever takes the report', async () => {
  const write = createReportWriter({ ...demo.config, store: `${demo.config.store}/nothing-here` });
  await expect(whole(write({ format: 'CSV', filter: {}, findings: [] }))).rejects.toThrow(/nothing has been stored/);
});
