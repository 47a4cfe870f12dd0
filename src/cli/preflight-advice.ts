/** What a preflight found, and with what. */
export interface PreflightFindings {
  /** Addresses that are wanted and that nothing spares, each once. */
  readonly remaining: readonly string[]
  /** What `--protect` named. */
  readonly fixed: readonly string[]
  readonly commandName: string
  /** Whether the key may protect addresses from the lists of all accounts. */
  readonly isAdministrator: boolean
}

/** Addresses that are written out; a longer line is of no use to anybody. */
const MOST_NAMED = 50

/** What to type next, in lines. */
export function preflightAdvice({
  remaining,
  fixed,
  commandName,
  isAdministrator,
}: PreflightFindings): readonly string[] {
  if (remaining.length === 0) {
    return fixed.length === 0
      ? []
      : ['With these nobody who is wanted here is blocked:', enforceWords(commandName, fixed)]
  }
  const named = remaining.slice(0, MOST_NAMED)
  const rest = remaining.length - named.length
  const [subject, them] =
    remaining.length === 1 ? ['1 address', 'it'] : [`${remaining.length} addresses`, 'them']
  return [
    `${subject} would be blocked here. To spare ${them} on this host:`,
    enforceWords(commandName, [...fixed, ...named]),
    isAdministrator
      ? 'To keep them out of the decisions of all accounts:'
      : 'To keep them off all firewalls of the account (the key needs the scope manage):',
    `  ${commandName} ${isAdministrator ? 'protect add' : 'allow'} ${named.join(' ')}`,
    ...(rest === 0 ? [] : [`${rest} more are in the list above.`]),
  ]
}

function enforceWords(commandName: string, networks: readonly string[]): string {
  return `  ${commandName} enforce nftables ${networks.map((network) => `--protect ${network}`).join(' ')}`
}
