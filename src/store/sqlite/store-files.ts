/** The files of the store in a data directory. */
export const JOURNAL_FILE = 'journal.db'
export const TABLES_FILE = 'honeyjam.db'
