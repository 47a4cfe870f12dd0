import { join } from 'node:path'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { Journal, journalFile } from '../../src/store/sqlite/journal.ts'
import { Tables } from '../../src/store/sqlite/tables.ts'
import { tablesFile } from '../../src/store/sqlite/tables-schema.ts'
import type { TallyStore } from '../support/tally-denylist.ts'

/** The files of a service's store, opened as its workers do, without the time that starting these takes. */
export function openInThread(directory: string): TallyStore & { close(): void } {
  const journal = new Journal(openDatabase(journalFile(join(directory, 'journal.db'))))
  const tables = new Tables(openDatabase(tablesFile(join(directory, 'honeyjam.db'))))
  return {
    queue: {
      append: async (body) => journal.append([body])[0]!,
      read: async (afterPosition, limit) => journal.read(afterPosition, limit),
      trim: async (position) => {
        while (journal.trimStep(position));
      },
    },
    denylist: {
      coveredPosition: async () => tables.coveredPosition(),
      async loadEntries(expiresAfterMs, onBatch) {
        for (let page = tables.entries.loadPage(expiresAfterMs).value; ; ) {
          if (page.rows.count > 0) onBatch(page.rows)
          if (page.next === undefined) return
          page = tables.entries.loadPage(expiresAfterMs, page.next).value
        }
      },
      writeCheckpoint: async (checkpoint) => tables.writeCheckpoint(checkpoint),
    },
    close() {
      journal.close()
      tables.close()
    },
  }
}
