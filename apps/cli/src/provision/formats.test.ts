import { EnrollmentDocument } from '@bootfleet/contracts'
import { parse as parseToml } from 'smol-toml'
import { describe, expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { provision, provisionFormats } from './formats.ts'
import { checkImage, documentLine } from './recipe.ts'

const document = { url: "https://fleet.test:8443/it's", token: 't'.repeat(43), caSha256: 'f'.repeat(64) }
const recipe = { document, image: 'registry.test/os/edge:1.4', group: 'kiosks' }
const stateFile = '/var/lib/bootfleet/enroll.json'
const hereDocument = /<<'BOOTFLEET'.*\n(.*)\nBOOTFLEET\n/

function documentOf(text: string | undefined): EnrollmentDocument {
  return EnrollmentDocument.parse(JSON.parse(text ?? ''))
}

test.each(provisionFormats)('%s carries the whole document, for the group, and ends with a line', (format) => {
  const text = provision(format, recipe)
  const encoded = Buffer.from(documentLine(recipe)).toString('base64')
  const inToml = JSON.stringify(documentLine(recipe)).slice(1, -1)
  expect([documentLine(recipe), encoded, inToml].some((carried) => text.includes(carried))).toBe(true)
  expect(text.endsWith('\n')).toBe(true)
})

describe.each(['kickstart-bootc', 'kickstart-ostreecontainer'] as const)('%s', (format) => {
  const text = provision(format, recipe)

  test('has one way to install, and each section has its end', () => {
    const [commands = '', ...sections] = text.split(/^%post.*$/m)
    const words = commands.split('\n').flatMap((line) => (/^[a-z]/.test(line) ? [line.split(' ')[0]] : []))
    expect(words.filter((word) => word === 'bootc' || word === 'ostreecontainer')).toHaveLength(1)
    expect(words).toEqual(expect.arrayContaining(['clearpart', 'reqpart', 'part', 'rootpw', 'reboot']))
    expect(sections).toHaveLength(1)
    expect(text.match(/^%end$/gm)).toHaveLength(1)
    expect(documentOf(hereDocument.exec(text)?.[1])).toEqual(document)
    expect(text).toContain('registry.test/os/edge:1.4')
  })
})

test('bib is TOML that puts the document into /etc', () => {
  const Config = z.strictObject({
    customizations: z.strictObject({
      directories: z.array(z.strictObject({ path: z.string(), mode: z.string(), ensure_parents: z.boolean() })),
      files: z.array(z.strictObject({ path: z.string(), mode: z.literal('0600'), data: z.string() })),
    }),
  })
  const [file] = Config.parse(parseToml(provision('bib', recipe))).customizations.files
  expect(file?.path).toBe('/etc/bootfleet/enroll.json')
  expect(documentOf(file?.data)).toEqual(document)
})

test('cloud-init is user data of two modules', () => {
  const text = provision('cloud-init', recipe)
  const Config = z.strictObject({
    write_files: z.array(
      z.strictObject({
        path: z.literal(stateFile),
        owner: z.literal('root:root'),
        permissions: z.literal('0600'),
        content: z.string(),
      }),
    ),
    runcmd: z.array(z.array(z.string())),
  })
  expect(text).toMatch(/^#cloud-config\n/)
  expect(documentOf(Config.parse(parseYaml(text)).write_files[0]?.content)).toEqual(document)
})

test('containerfile is a layer over the image, without the updater of the image', () => {
  const text = provision('containerfile', recipe)
  expect(text).toMatch(/^FROM registry\.test\/os\/edge:1\.4$/m)
  expect(text).toMatch(/^RUN systemctl mask bootc-fetch-apply-updates\.timer$/m)
  const instructions = text.replace(hereDocument, '\n').split('\n')
  expect(instructions.every((line) => /^(#.*|FROM .*|RUN .*|ADD .*|COPY .*|)$/.test(line))).toBe(true)
  expect(documentOf(hereDocument.exec(text)?.[1])).toEqual(document)
})

test.each(['registry.test/os/edge', 'registry.test:5000/os:v1', `a.b/c@sha256:${'0'.repeat(64)}`])(
  '%s is an image',
  (image) => {
    expect(checkImage(image)).toBe(image)
  },
)

test.each(['', 'edge', 'a.b/c; reboot', 'a.b/$(id)', 'a.b/c\n%end', "a.b/c'"])('%j is none', (image) => {
  expect(() => checkImage(image)).toThrow(/is no image/)
})
