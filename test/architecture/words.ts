/** A word that the vocabulary does without, and the files where it has another meaning. */
interface BannedWord {
  word: RegExp
  instead: string
  allowedIn?: RegExp
}

const bannedWords: BannedWord[] = [
  { word: /^campaigns?$/, instead: 'rollout' },
  { word: /^things?$/, instead: 'device' },
  {
    word: /^deployments?$/,
    instead: 'rollout or release',
    allowedIn: /^(apps\/agent|libs\/testkit|libs\/contracts\/src\/mqtt|test\/system|test\/e2e)\//,
  },
  {
    word: /^jobs?$/,
    instead: 'rollout, or the name of what is to be done',
    allowedIn: /^(apps\/worker|libs\/contracts\/src\/jobs|libs\/contracts\/src\/index\.ts|libs\/testkit|test)\b/,
  },
]

/** `stagedDeploymentId` and `STAGED_DEPLOYMENT` are three and two words. */
function words(text: string): string[] {
  return text
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
}

/** What is wrong with `text` in `file`, or undefined. */
export function bannedWord(file: string, text: string): string | undefined {
  for (const word of words(text)) {
    const banned = bannedWords.find((b) => b.word.test(word))
    if (banned && banned.allowedIn?.test(file) !== true) return `"${word}" (say: ${banned.instead})`
  }
  return undefined
}
