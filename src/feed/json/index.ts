export { jsonFormat } from './json-format.ts'
export { type ReportedAddressJson, reportedAddressOf } from './reported-address.ts'
