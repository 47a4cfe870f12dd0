export { findHostNetworks, type HostNetwork, type HostReason } from './host-networks.ts'
export { loggedInByUtmp } from './logged-in.ts'
