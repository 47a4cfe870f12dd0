export { addManagementRoutes } from './management-routes.ts'
