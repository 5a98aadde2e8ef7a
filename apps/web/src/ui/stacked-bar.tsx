export interface BarPart {
  name: string
  count: number
  /** Names the colour, `fill-…`. */
  fill: string
}

/** Parts of a whole as one bar; its text says the same. */
export function StackedBar({ parts, whole }: { parts: BarPart[]; whole: number }) {
  const present = parts.filter(({ count }) => count > 0)
  const text = present.map(({ name, count }) => `${count} ${name}`).join(', ') || 'none'
  return (
    <div className="bar" role="img" aria-label={`${text}, of ${whole}`}>
      {present.map(({ name, count, fill }) => (
        <span
          key={name}
          className={`fill-${fill}`}
          style={{ width: `${(count / Math.max(whole, 1)) * 100}%` }}
          title={`${count} ${name}`}
        />
      ))}
    </div>
  )
}
