import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../..')
export const FIRST = 'switchyard'

/**
 * Writes the configuration of another Worker of the same code, which takes no messages from queues.
 *
 * @param shared the class whose objects are the first Worker's
 */
export async function secondWorker(folder: string, name: string, shared: string): Promise<string> {
  const [whole = ''] = (await readFile(join(ROOT, 'wrangler.toml'), 'utf8')).split('[env.production]')
  const sections = whole.split(/\n(?=\[)/).filter((section) => !section.startsWith('[[queues.consumers]]'))
  const text = sections
    .filter((section) => !section.includes(`new_sqlite_classes = ["${shared}"]`))
    .join('\n')
    .replace(`name = "${FIRST}"`, `name = "${name}"`)
    .replace(`class_name = "${shared}"`, `class_name = "${shared}"\nscript_name = "${FIRST}"`)
    .replaceAll(/= "(src\/[^"]+|migrations)"/g, (_, path: string) => `= "${join(ROOT, path)}"`)
  const file = join(folder, `${name}.toml`)
  await writeFile(file, text)
  return file
}
