/** Of the agent and its protocol; goes into hello and enrollment. */
export const agentVersion = '0.1.0'
