/**
 * JSON with sorted keys and no white space, as bootc writes all its documents.
 * @param {unknown} value
 * @returns {string}
 */
export function canonicalJson(value) {
  return JSON.stringify(value, (_key, inner) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

/** @param {unknown} value */
function yamlScalar(value) {
  if (typeof value !== 'string') return JSON.stringify(value)
  const plain = /^[A-Za-z/][\w./@:+-]*$/.test(value) && !/:$|^(true|false|null|yes|no|on|off)$/i.test(value)
  return plain ? value : JSON.stringify(value)
}

/**
 * @param {unknown} value
 * @param {string} indent
 * @returns {string}
 */
function yamlNode(value, indent) {
  if (value === null || typeof value !== 'object') return ` ${yamlScalar(value)}\n`
  if (Array.isArray(value)) {
    const items = value.map((item) => `${indent}- ${yamlNode(item, `${indent}  `).trimStart()}`)
    return items.length > 0 ? `\n${items.join('')}` : ' []\n'
  }
  const entries = Object.entries(value)
  if (entries.length === 0) return ' {}\n'
  return `\n${entries.map(([key, inner]) => `${indent}${key}:${yamlNode(inner, `${indent}  `)}`).join('')}`
}

/**
 * Block style YAML of a plain document.
 * @param {object} value
 */
export function yaml(value) {
  return yamlNode(value, '').trimStart()
}
