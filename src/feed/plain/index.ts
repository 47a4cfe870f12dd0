export { plainFormat } from './plain-format.ts'
