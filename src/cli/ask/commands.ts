import { Argument, Option, type Command } from 'commander';
import { outputFormats, reportNames, type ReportName } from './names.ts';
import type { AskOptions } from './run.ts';

const whoHelp = 'an e-mail address, an account (type:serviceId/externalId, such as slack:T123/U456), a user name or an id';

/** Options of every command that asks. */
export function addAskOptions(program: Command): void {
  program
    .addOption(new Option('-o, --output <format>', 'how answers are written').choices(outputFormats).default('table'))
    .option('--url <address>', 'ask a running server (an API key is taken from ROLLCALL_KEY) instead of the store')
    .option('--store <place>', "the store to ask: a folder or postgres://… (default: the configuration's)");
}

/** The commands that ask, loaded when they run; each with the same answer from a running server and from the store itself. */
export function addAskCommands(program: Command, end: (exitCode: number) => void): void {
  const options = (): AskOptions => program.opts<AskOptions>();

  program
    .command('whois')
    .description('who somebody is: the accounts of a person, and why they are this person’s')
    .argument('<who>', whoHelp)
    .action(async (who: string) => {
      const [{ run }, { whois }] = await Promise.all([import('./run.ts'), import('./whois.ts')]);
      end(await run(options(), (gateway, services) => whois(gateway, who, services)));
    });
  program
    .command('access')
    .description('what somebody may do, where, and through which account and groups')
    .argument('<who>', whoHelp)
    .action(async (who: string) => {
      const [{ run }, { accessFor }] = await Promise.all([import('./run.ts'), import('./access.ts')]);
      end(await run(options(), (gateway, services) => accessFor(gateway, who, services)));
    });
  program
    .command('who-can')
    .description('who may do something on a scope, or holds a level anywhere')
    .argument('<what>', 'the name or id of a scope, or a level such as ADMIN (unmapped levels are listed, too: they may be as high)')
    .action(async (what: string) => {
      const [{ run }, { whoCan }] = await Promise.all([import('./run.ts'), import('./who-can.ts')]);
      end(await run(options(), (gateway) => whoCan(gateway, what)));
    });
  program
    .command('report')
    .description('who is an administrator, or what is wrong with accounts and access')
    .addArgument(new Argument('<report>', 'which one').choices(reportNames))
    .action(async (name: ReportName) => {
      const [{ run }, { report }] = await Promise.all([import('./run.ts'), import('./report.ts')]);
      end(await run(options(), (gateway) => report(gateway, name)));
    });
  program
    .command('diff')
    .description('which grants came, went and changed between two moments')
    .argument('<from>', 'a day (2026-01-31), a moment (2026-01-31T12:00:00Z) or how long ago (12h, 7d)')
    .argument('[to]', 'the same; now when not given')
    .action(async (from: string, to: string | undefined) => {
      const [{ run }, { diff }] = await Promise.all([import('./run.ts'), import('./diff.ts')]);
      end(await run(options(), (gateway) => diff(gateway, from, to, Date.now())));
    });
  program
    .command('links')
    .description('how accounts and people are tied')
    .command('review')
    .description('the accounts whose holder somebody has to decide')
    .action(async () => {
      const [{ run }, { review }] = await Promise.all([import('./run.ts'), import('./review.ts')]);
      end(await run(options(), (gateway) => review(gateway)));
    });
}
