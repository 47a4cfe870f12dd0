/** Shows URLs in a text without the user name and the password that may stand in them. */
export function hideLogin(text: string): string {
  return text.replaceAll(/\/\/[^/\s@]*@/g, '//…@')
}
