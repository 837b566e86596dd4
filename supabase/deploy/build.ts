// Builds the web client into the image.
import { buildClient } from '../local/build.ts'

await buildClient()
