export { Operators, type OperatorsOptions } from './operators.ts'
export { type ProtectHostOptions, protectHost } from './protect-host.ts'
