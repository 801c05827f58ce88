import { existsSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { ConfigError } from '../config/problems.ts';
import { addAskCommands, addAskOptions } from './ask/commands.ts';
import { exitCodes, UserError } from './exit.ts';

const defaultConfig = 'rollcall.yaml';

/** Runs one command to its end. @returns the exit code. */
export async function runCli(argv: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.done;
  const program = new Command('rollcall')
    .description('One GraphQL API for who is who, and who may do what, across every system a company uses.')
    .version(packageJson.version)
    .exitOverride()
    .option('-c, --config <file>', 'configuration file', defaultConfig)
    .addHelpText('after', exitHelp);
  addAskOptions(program);
  const configFile = (): string => program.opts<{ config: string }>().config;

  program
    .command('start')
    .description('read the configured services again and again, and answer queries')
    .action(async () => {
      const { start } = await import('./start.ts');
      exitCode = await start(configFile());
    });
  program
    .command('sync')
    .description('read the configured services once, link, and end')
    .argument('[names...]', 'only these services')
    .option('-w, --watch', 'read them again and again, without answering queries')
    .action(async (names: string[], { watch }: { watch?: true }) => {
      if (watch === true) {
        const { watchSync } = await import('./watch.ts');
        exitCode = await watchSync(configFile(), names);
      } else {
        const { sync } = await import('./sync.ts');
        exitCode = await sync(configFile(), names);
      }
    });
  program
    .command('demo')
    .description('show everything on a made-up company, with its services on this machine')
    .option('--people <count>', 'how many people the company has', toCount, 300)
    .addHelpText('after', '\nWith --store FOLDER what was read is kept, and can be asked from another terminal.')
    .action(async ({ people }: { people: number }) => {
      const { store } = program.opts<{ store?: string }>();
      const { demo } = await import('./demo-command.ts');
      exitCode = await demo({ people, ...(store === undefined ? {} : { store }) });
    });
  addAskCommands(program, (code) => {
    exitCode = code;
  });
  // Without a word: the configuration that lies here, or the demo.
  program.action(async () => {
    if (program.getOptionValueSource('config') === 'cli' || existsSync(defaultConfig)) {
      const { start } = await import('./start.ts');
      exitCode = await start(configFile());
    } else {
      const { demo } = await import('./demo-command.ts');
      exitCode = await demo({ people: 300 });
    }
  });

  program.hook('preAction', (_, command) => refuseAskOptions(program, command));

  try {
    await program.parseAsync(argv);
  } catch (error) {
    return explain(error);
  }
  return exitCode;
}

const exitHelp = `
Exit codes: 0 done, or answered; 1 something failed; 2 the command line or the configuration is wrong;
3 whoever or whatever was asked about is not known, or several are (a list without rows is an answer: 0).
What a service lacks is told on stderr.`;

const refused = new Map([
  ['start', ['output', 'url', 'store']],
  ['sync', ['output', 'url', 'store']],
  ['demo', ['output', 'url']],
]);

/** These commands would do something else than whoever gives such an option expects. */
function refuseAskOptions(program: Command, command: Command): void {
  const given = refused.get(command.name())?.find((name) => program.getOptionValueSource(name) === 'cli');
  if (given === undefined) return;
  const hint = given === 'store' ? 'the configuration names the store' : 'it is for commands that ask';
  throw new UserError(`${command.name()} takes no --${given}: ${hint}`);
}

function toCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 100_000) throw new InvalidArgumentError('expected a whole number from 1 to 100000');
  return count;
}

function explain(error: unknown): number {
  if (error instanceof ConfigError) {
    console.error(error.message);
    return exitCodes.unusable;
  }
  if (error instanceof UserError) {
    console.error(`rollcall: ${error.message}`);
    return error.exitCode;
  }
  // commander has said it already.
  if (error instanceof Error && 'exitCode' in error) return error.exitCode === 0 ? exitCodes.done : exitCodes.unusable;
  throw error;
}
