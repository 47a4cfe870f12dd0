export { addReportRoutes } from './report-routes.ts'
