/** What tokens of people and pipelines begin with, so that one that leaked can be recognised. */
export const sessionTokenPrefix = 'bfs'
export const apiTokenPrefix = 'bft'
export const enrollmentTokenPrefix = 'bfe'
