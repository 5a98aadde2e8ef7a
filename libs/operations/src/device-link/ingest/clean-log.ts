/** Control characters but tab and newline, and those that turn the direction of text around on a screen. */
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/g

/** Text of a device that a terminal or a page may show: without escape sequences, with newlines of one kind. */
export function cleanLog(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(/\u001b\[[0-9;?]{0,20}[A-Za-z]/g, '')
    .replaceAll(unprintable, '')
}
