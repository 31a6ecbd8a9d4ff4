/** The named rules of comparing. */
export const RULES: readonly { readonly name: string; readonly text: string }[] = []
