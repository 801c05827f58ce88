/** Only A–Z are folded: other foldings make addresses of two people equal. */
export function addressKey(address: string): string {
  return address.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

export function sameAddress(left: string, right: string): boolean {
  return addressKey(left) === addressKey(right);
}
