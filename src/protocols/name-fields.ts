import * as z from 'zod'
import { LIMITS } from './limits.ts'

export const modelName = z.string().min(1).max(LIMITS.modelNameChars)

/** Models to try, in order. */
export const modelNames = z.array(modelName).max(LIMITS.models)

/** Hosts, or ids or patterns of models. */
export const names = z.array(z.string().min(1).max(LIMITS.modelNameChars)).max(LIMITS.tools)
