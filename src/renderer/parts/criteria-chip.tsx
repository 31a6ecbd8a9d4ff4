/** A criteria name as a chip. The built-in ones have their own colours; the text always carries the fact. */

/** Colour class of a criteria name. Custom names take one of two colours by their letters, so it never changes. */
function criteriaTone(name: string): 'run' | 'deploy' | 'c1' | 'c2' {
  if (name === 'safe-to-run') return 'run'
  if (name === 'safe-to-deploy') return 'deploy'
  let hash = 7
  for (let i = 0; i < name.length; i++) hash = (hash * 33 + name.charCodeAt(i)) % 65_521
  return hash % 2 === 0 ? 'c1' : 'c2'
}

export function CriteriaChip({ name }: { readonly name: string }) {
  return (
    <span className={`cr ${criteriaTone(name)}`} title={name}>
      {name}
    </span>
  )
}
