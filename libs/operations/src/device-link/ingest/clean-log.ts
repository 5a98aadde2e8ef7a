/** Control characters but tab and newline, and those that turn the direction of text around on a screen. */
const unprintable = /(?![\t\n])\p{Cc}|[\u202a-\u202e\u2066-\u2069\ufeff]/gu

/** Text of a device that a terminal or a page may show: without escape sequences, with newlines of one kind. */
export function cleanLog(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(/(?![\t\n\r])\p{Cc}\[[0-9;?]{0,20}[A-Za-z]/gu, '')
    .replaceAll(unprintable, '')
}
