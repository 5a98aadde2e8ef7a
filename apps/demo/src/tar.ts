const block = 512

/** A tar archive of one regular file, always the same for the same content: no dates, owned by root. */
export function tarOf(path: string, content: Buffer): Buffer {
  const header = Buffer.alloc(block)
  const put = (text: string, at: number) => header.write(text, at, 'ascii')
  put(path, 0)
  put('0000644\0', 100)
  put('0000000\0', 108)
  put('0000000\0', 116)
  put(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
  put('00000000000\0', 136)
  put('0', 156)
  put('ustar\0', 257)
  put('00', 263)
  // The checksum counts itself as blanks.
  put(' '.repeat(8), 148)
  const sum = header.reduce((total, byte) => total + byte, 0)
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  const padding = Buffer.alloc((block - (content.length % block)) % block)
  return Buffer.concat([header, content, padding, Buffer.alloc(2 * block)])
}
