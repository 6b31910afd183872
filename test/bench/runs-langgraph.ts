import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Taken } from './runs-langgraph-worker.ts'
import type { Case } from './runs-switchyard.ts'

/** What it is compared with, in versions that stay the same. No dependency of ours: the bench alone has it. */
const PACKAGES = {
  '@langchain/langgraph': '1.7.3',
  '@langchain/langgraph-checkpoint-sqlite': '1.0.4',
  '@langchain/core': '1.4.0',
} as const
const FOLDER = join(tmpdir(), `switchyard-bench-langgraph-${PACKAGES['@langchain/langgraph']}`)
const MARK = join(FOLDER, 'installed.json')
const INSTALL_MS = 300_000
const RUN_MS = 600_000

export const SAVERS = ['memory', 'sqlite'] as const

/** The folder that has LangGraph, installed the first time; null where it cannot be, which is said. */
export function installLangGraph(): string | null {
  const wanted = JSON.stringify(PACKAGES)
  if (existsSync(MARK) && readFileSync(MARK, 'utf8') === wanted) return FOLDER
  mkdirSync(FOLDER, { recursive: true })
  const names = Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`)
  // Its SQLite is a binary that is fetched or built: where neither works, Node's own takes its place.
  for (const flags of [[], ['--ignore-scripts']]) {
    const args = ['install', '--prefix', FOLDER, '--no-audit', '--no-fund', ...flags, ...names]
    try {
      execFileSync('npm', args, { cwd: FOLDER, stdio: 'pipe', timeout: INSTALL_MS })
      writeFileSync(MARK, wanted)
      return FOLDER
    } catch (error) {
      console.error(`npm ${args.join(' ')}: ${String(error).slice(0, 1_000)}`)
    }
  }
  return null
}

/** Runs a shape with it, in a process of its own. @throws when it fails */
export async function runLangGraph(
  folder: string,
  saver: (typeof SAVERS)[number],
  { shape, tasks, runs, folder: place }: Omit<Case, 'kind'>,
): Promise<Taken> {
  const worker = join(import.meta.dirname, 'runs-langgraph-worker.ts')
  const args = ['--no-warnings', worker, folder, saver, shape, String(tasks), String(runs), place]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: RUN_MS })
  return JSON.parse(stdout)
}
