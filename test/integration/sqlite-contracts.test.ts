import { accountStoreContract } from '../contracts/account-store.ts'
import { activityStoreContract } from '../contracts/activity-store.ts'
import { denylistStoreContract } from '../contracts/denylist-store.ts'
import { handoutStoreContract } from '../contracts/handout-store.ts'
import { historyStoreContract } from '../contracts/history-store.ts'
import { reportQueueContract } from '../contracts/report-queue.ts'
import {
  bouncerStoreContract,
  enforcerStoreContract,
  sensorStoreContract,
} from '../contracts/roster-store.ts'
import { usageStoreContract } from '../contracts/usage-store.ts'
import { sqlitePlace } from '../support/sqlite-place.ts'

reportQueueContract('sqlite', () => sqlitePlace((store) => store.queue))
denylistStoreContract('sqlite', () => sqlitePlace((store) => store.denylist))
accountStoreContract('sqlite', () => sqlitePlace((store) => store.accounts))
enforcerStoreContract('sqlite', () => sqlitePlace((store) => store.enforcers))
sensorStoreContract('sqlite', () => sqlitePlace((store) => store.sensors))
activityStoreContract('sqlite', () => sqlitePlace((store) => store.activities))
historyStoreContract('sqlite', () => sqlitePlace((store) => store))
usageStoreContract('sqlite', () => sqlitePlace((store) => store.usage))
bouncerStoreContract('sqlite', () => sqlitePlace((store) => store.bouncers))
handoutStoreContract('sqlite', () => sqlitePlace((store) => store.handouts))
