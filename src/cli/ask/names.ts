// What may be written on the command line; apart, so that its help loads nothing else.

export const outputFormats = ['table', 'json', 'ndjson', 'csv'] as const;
export type OutputFormat = (typeof outputFormats)[number];

export const reportNames = ['admins', 'orphans', 'leavers', 'dormant', 'no-mfa', 'unknown', 'expired', 'bots'] as const;
export type ReportName = (typeof reportNames)[number];
