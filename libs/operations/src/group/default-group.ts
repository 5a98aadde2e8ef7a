/** The group of devices that belong to no other one. */
export const defaultGroup = 'default'
