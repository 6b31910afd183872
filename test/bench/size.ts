/** `npm run size`: the Worker as it would be deployed, and its size against the budget. Fails when it is over. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const MAX_GZIP_KIB = 400

const root = join(import.meta.dirname, '../..')
const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js')
const args = [wrangler, 'deploy', '--dry-run', '--env', 'production', '--minify', '--outdir', 'dist']
const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', NO_COLOR: '1' }
const output = execFileSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' })
const size = /Total Upload: ([\d.]+) KiB \/ gzip: ([\d.]+) KiB/.exec(output)
if (!size) throw new Error(`No size in:\n${output}`)
const gzip = Number(size[2])
console.table([{ 'upload KiB': Number(size[1]), 'gzip KiB': gzip, 'budget KiB': MAX_GZIP_KIB }])
process.exitCode = gzip <= MAX_GZIP_KIB ? 0 : 1
