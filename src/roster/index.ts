export { openSensors } from './open-roster.ts'
export type { Member, MemberId, RosterChanges, RosterStore } from './ports.ts'
export type { Roster } from './roster.ts'
export type { Sensor } from './sensor.ts'
