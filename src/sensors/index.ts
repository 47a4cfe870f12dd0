export { openSensors } from './open-sensors.ts'
export type { Sensor, SensorChanges, SensorStore } from './ports.ts'
export type { Sensors } from './sensors.ts'
