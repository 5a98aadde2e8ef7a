/** Names with sentences, one below the other. */
export function WordList({ facts }: { facts: (readonly [name: string, value: string])[] }) {
  return (
    <dl className="word-list">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
