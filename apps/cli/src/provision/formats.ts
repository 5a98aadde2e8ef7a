import { containerfile, imageBuilderConfig } from './build-image.ts'
import { toExistingRoot } from './existing-root.ts'
import { butane, cloudConfig, ignition } from './first-boot.ts'
import { kickstart } from './kickstart.ts'
import type { Recipe } from './recipe.ts'

/** How machines can be told to install an image and to enroll. */
export const provisionFormats = [
  'kickstart-bootc',
  'kickstart-ostreecontainer',
  'bib',
  'cloud-init',
  'ignition',
  'butane',
  'to-existing-root',
  'containerfile',
] as const
export type ProvisionFormat = (typeof provisionFormats)[number]

const writers: Record<ProvisionFormat, (recipe: Recipe) => string> = {
  'kickstart-bootc': (recipe) => kickstart(recipe, 'bootc'),
  'kickstart-ostreecontainer': (recipe) => kickstart(recipe, 'ostreecontainer'),
  bib: imageBuilderConfig,
  'cloud-init': cloudConfig,
  ignition,
  butane,
  'to-existing-root': toExistingRoot,
  containerfile,
}

/** Formats that carry no image: it is there already, or named where they are used. */
export const withoutImage: readonly ProvisionFormat[] = ['cloud-init', 'ignition', 'butane', 'bib']

export function provision(format: ProvisionFormat, recipe: Recipe): string {
  return writers[format](recipe)
}
