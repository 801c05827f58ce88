import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { renderConsole, type Example } from '../../src/server/graphiql.ts';
import { startEmpty } from './support.ts';

const examples = [
  { title: 'Who is this?', query: '{ services { id } }' },
  { title: 'One </script><script>alert(1)</script>', query: 'query Named($n: Int) { users(first: $n) { nodes { id } } }', variables: { n: 3 } },
];

test('a browser gets GraphiQL with the examples in tabs', async () => {
  await using bench = await startEmpty({ examples: () => examples });
  const response = await bench.server.fetch(new Request('http://localhost/graphql', { headers: { accept: 'text/html,*/*;q=0.8' } }));
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const html = await response.text();
  expect(html).toContain(JSON.stringify('# Who is this?\nquery WhoIsThis {\n  services {\n    id\n  }\n}'));
  expect(html).toContain('query Named($n: Int)');
});

test('examples that come later are shown at the next visit', async () => {
  const growing: Example[] = [];
  await using bench = await startEmpty({ examples: () => growing });
  const visit = async () => (await bench.server.fetch(new Request('http://localhost/graphql', { headers: { accept: 'text/html' } }))).text();
  const before = await visit();
  growing.push(...examples);
  const after = await visit();
  expect(before).not.toContain('query WhoIsThis');
  expect(after).toContain('query WhoIsThis');
});

test('the page asks nobody else for anything', async () => {
  const { html, contentSecurityPolicy } = await renderConsole(examples);
  const markup = html.replaceAll(/<script>[\s\S]*<\/script>/g, '').replaceAll(/<style>[\s\S]*?<\/style>/g, '');
  const style = [...html.matchAll(/<style>[\s\S]*?<\/style>/g)].join('');
  const addresses = [...markup.matchAll(/(?:src|href|action|srcset)\s*=\s*"([^"]*)"/g)].map(([, address]) => address ?? '');
  expect(addresses.length).toBeGreaterThan(0);
  for (const address of addresses) expect(address).toMatch(/^data:/);
  expect(style).not.toMatch(/@import|url\(\s*["']?(?:https?:)?\/\//);
  // Whatever the script might try, the browser refuses: nothing but this origin and what is inside the page.
  expect(contentSecurityPolicy).toContain("default-src 'none'");
  expect(contentSecurityPolicy).not.toMatch(/https?:|\*/);
});

test('the policy allows exactly the one script of the page', async () => {
  const { html, contentSecurityPolicy } = await renderConsole(examples);
  const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script]) => script ?? '');
  expect(scripts).toHaveLength(1);
  expect(contentSecurityPolicy).toContain(
    `'sha256-${createHash('sha256')
      .update(scripts[0] ?? '')
      .digest('base64')}'`,
  );
});
