import { accountStoreContract } from '../contracts/account-store.ts'
import { denylistStoreContract } from '../contracts/denylist-store.ts'
import { reportQueueContract } from '../contracts/report-queue.ts'
import { sqlitePlace } from '../support/sqlite-place.ts'

reportQueueContract('sqlite', () => sqlitePlace((store) => store.queue))
denylistStoreContract('sqlite', () => sqlitePlace((store) => store.denylist))
accountStoreContract('sqlite', () => sqlitePlace((store) => store.accounts))
