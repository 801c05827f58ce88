import { createLog } from './common.ts';
import { startDemo, type Demo } from './demo.ts';
import { createExamples, type Example } from './examples.ts';
import { exitCodes } from './exit.ts';
import { createRuntime } from './runtime.ts';
import { listenAddress, serve, untilStopped } from './start.ts';
import { createSyncDisplay } from './terminal.ts';

/** The whole gateway over the demo company: its services on loopback ports, read, linked and answered for. */
export async function demo(options: { readonly people: number; readonly store?: string }): Promise<number> {
  const company = await startDemo({ ...options, port: 4000 });
  try {
    return await present(company, options.people);
  } finally {
    await company.close();
  }
}

async function present(company: Demo, people: number): Promise<number> {
  const display = createSyncDisplay(company.config.services.map(({ name }) => name));
  const runtime = await createRuntime(company.config, { serves: true, onProgress: display.onProgress, onEvent: display.onEvent });
  const examples: Example[] = [];
  const server = await serve(runtime, listenAddress(company.config), examples, createLog('warn'));
  console.log(`A made-up company of ${people} people; its services answer on this machine.\n`);
  await runtime.sync.start();
  await display.run();
  await runtime.sync.link();
  examples.push(...(await createExamples(runtime.directory)));
  const { users, identities, linked: ties, cases } = await (await runtime.directory.open()).counts();
  console.log(`\nFound ${users} people and bots behind ${identities} identities: ${ties} linked, ${cases} cases for a person to decide.\n`);
  for (const { title, query } of examples) console.log(`# ${title}\n${query}\n`);
  console.log(`GraphiQL with these examples: ${server.url}/graphql`);
  await untilStopped([server.close, runtime.close]);
  return exitCodes.done;
}
