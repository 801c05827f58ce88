/** A to Z only: the case rules of other alphabets make different mailboxes equal (U+212A, the Kelvin sign, would become `k`). */
export const foldCase = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
