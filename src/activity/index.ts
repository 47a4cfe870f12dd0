export type { ActivityLog, ActivityRetention } from './activity-log.ts'
export { openActivity } from './open-activity.ts'
export type { Activity, ActivityKey, ActivityLimits, ActivityStore } from './ports.ts'
