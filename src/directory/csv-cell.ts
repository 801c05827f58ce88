/** Shown as nothing: a sign behind them looks like the first one. U+2800 is a braille cell without dots. */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cf}\u2800]/gu;
const blank = /[\s\p{Z}\p{Cc}]+/gu;
// In a country of decimal commas a spreadsheet takes semicolons for separators, and quotes in the middle of its cells for nothing.
const behindSeparator = /(^["']+|[;|]\s*)(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/gu;

/**
 * Text in which a spreadsheet that trims, hides or splits finds no formula that csv-stringify's `escape_formulas` cannot see at its start
 * (owasp.org/www-community/attacks/CSV_Injection). Line ends and other blanks become single spaces; what cannot be seen is left out.
 */
export const csvCell = (text: string): string =>
  text.toWellFormed().replaceAll(blank, ' ').replaceAll(invisible, '').replaceAll(/ {2,}/g, ' ').trim().replaceAll(behindSeparator, "$1'");
