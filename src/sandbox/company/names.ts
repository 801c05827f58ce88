/** `written|latin` where the mail system spells the name otherwise than folding accents would. */
const first = `Ann Ben Chloé Dmitri Elif Fatima Giovanni Hana Ivan José Karin Lars María Nikhil Oluwaseun Priya Quinn Rafael Siobhán Tomás
Ulrike Víctor Wanjiku Ximena Yusuf Zoë Aiko Björn Carmen Diego Émile Françoise Gökhan Henrik Ingrid Jürgen Kofi Lucía Małgorzata Noor
Ögmundur|ogmundur Paulo Rania Søren|soren Thandiwe Uma Vikram Wei Xin Yuki Zainab Aleksandra Bilal Cian Deepa Esther Finn Gabriela Hugo Isla
Jakub Kwame Leila Mike Nadia Oskar Petra Rosa Sanjay Tariq Vera William Kim Юрий|yuri Ольга|olga 李娜|li-na さくら|sakura Αλέξης|alexis
Mary-Jane D'Arcy Jean-Luc Łukasz Þóra|thora Anaïs Nils Olivia Peter Ruth Sven Tina`;

const last = `Lee Smith García Müller O'Brien Nguyễn Kowalski Ivanov Tanaka Okafor Singh Rossi Dubois Hansen Åberg Çelik Øvergaard|overgaard Łuczak
Fitzgerald Kim Patel Silva Santos Novák Horváth Popescu Petrov Yamamoto Suzuki Park Chen Wang Zhang Khan Ahmed Hussein Mensah Mwangi Diallo
Traoré D'Angelo N'Diaye O'Connor McKenzie MacLeod Großmann|grossmann Weiß|weiss Schäfer Köhler Lindqvist Bjørnsen|bjornsen Kjær|kjaer Jónsdóttir
Mäkinen Virtanen Peeters Janssens Bakker Visser Moreau Lefèvre Bianchi Ricci Greco Costa Ferreira Oliveira Rodríguez Fernández Muñoz Ibáñez
Papadopoulos Demir Yılmaz|yilmaz Cohen Levi Haddad Farouk Rahman Das Iyer Reddy Fischer Wagner Becker Novak Kovács Nagy Walker Baker Miller Wilkins
Hawkins Brooks Clarke Parker Zieliński Wiśniewska`;

interface Name {
  readonly written: string;
  readonly latin: string;
}

const parse = (table: string): readonly Name[] => table.split(/\s+/).map((entry) => toName(entry));

function toName(entry: string): Name {
  const [written = entry, latin = fold(written)] = entry.split('|');
  return { written, latin };
}

/** Lower case without accents; `ł` and the Turkish letters do not decompose. */
function fold(written: string): string {
  return written
    .toLowerCase()
    .normalize('NFD')
    .replaceAll('ł', 'l')
    .replaceAll(/[^a-z-]/g, '');
}

export const firstNames = parse(first);
export const lastNames = parse(last);

export const departments = ['Engineering', 'Product', 'Design', 'Data', 'Security', 'Support', 'Sales', 'Marketing', 'Finance', 'People'] as const;
export const titles = ['Engineer', 'Senior Engineer', 'Analyst', 'Manager', 'Specialist', 'Coordinator', 'Lead', 'Consultant'] as const;
export const teamWords = [
  'Atlas',
  'Borealis',
  'Cobalt',
  'Dune',
  'Ember',
  'Fjord',
  'Granite',
  'Harbor',
  'Indigo',
  'Juniper',
  'Kestrel',
  'Lumen',
] as const;
export const mailboxWords = ['ops', 'support', 'security', 'billing', 'office', 'press', 'oncall', 'data'] as const;
export const botWords = ['deploy', 'standup', 'alerts', 'build', 'backup', 'metrics', 'release', 'triage', 'survey', 'welcome'] as const;
