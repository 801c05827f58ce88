import { createHash } from 'node:crypto';
import { Kind, parse, print, visit, type DocumentNode, type NameNode } from 'graphql';

/** A query that GraphiQL opens in a tab of its own. */
export interface Example {
  readonly title: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

export interface Console {
  readonly html: string;
  readonly contentSecurityPolicy: string;
}

/** Renders again only when the examples have changed: it takes a while. */
export function createConsole(examples: () => readonly Example[]): () => Promise<Console> {
  let newest: { readonly of: string; readonly rendered: Promise<Console> } | undefined;
  return () => {
    const wanted = examples();
    const of = JSON.stringify(wanted);
    if (newest?.of !== of) newest = { of, rendered: renderConsole(wanted) };
    return newest.rendered;
  };
}

/** GraphiQL with everything that it needs inside the page: nothing is fetched from elsewhere, and the policy says so to the browser. */
export async function renderConsole(examples: readonly Example[]): Promise<Console> {
  // Nine megabytes, which only a browser needs.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const options = {
    title: 'Rollcall',
    ...(examples.length === 0 ? {} : { defaultTabs: examples.map(toTab) }),
  };
  const json = JSON.stringify(options);
  // The renderer puts the options into its script as they are.
  const html = renderGraphiQL(options)
    .replace(json, () => json.replaceAll('<', String.raw`\u003c`))
    .replace('</head>', () => `${onePage}</head>`);
  const script = html.slice(html.indexOf('<script>') + '<script>'.length, html.lastIndexOf('</script>'));
  const hash = createHash('sha256').update(script).digest('base64');
  return { html, contentSecurityPolicy: [...policy, `script-src 'sha256-${hash}'`].join('; ') };
}

// The editor keeps some of its parts beyond the edge of the window, which then would scroll.
const onePage = '<style>html { overflow: hidden }</style>';

// The editor runs workers made from blobs and styles itself in place.
const policy = [
  "default-src 'none'",
  "connect-src 'self'",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'font-src data:',
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

function toTab({ title, query, variables }: Example) {
  // One field a line: a longer one would be cut off at the edge of the editor.
  const text = `# ${title.replaceAll(/\s+/g, ' ')}\n${print(named(title, parse(query)))}`;
  return { query: text, ...(variables === undefined ? {} : { variables: JSON.stringify(variables, null, 2) }) };
}

/** A tab is called after its operation: one without a name gets one from its title. */
function named(title: string, document: DocumentNode): DocumentNode {
  const words = title.match(/[a-z]+/gi) ?? [];
  const value = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  const name: NameNode | undefined = value === '' ? undefined : { kind: Kind.NAME, value };
  return visit(document, { OperationDefinition: (operation) => ({ ...operation, name: operation.name ?? name }) });
}
