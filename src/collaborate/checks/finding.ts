/** What a check found wrong, a sentence each; empty where all is well, null where it has nothing to look at. */
export type Finding = readonly string[] | null
