/** Whether what somebody wrote is signed by them: a glyph with its word, and what that means in the tooltip. */
import type { SignatureState } from '../../shared/team.ts'
import { Icon, type IconName } from '../parts/icon.tsx'

const shown: Readonly<Record<SignatureState, readonly [IconName, string, string, string]>> = {
  verified: ['ok', 'verified', 'ok', 'Its commit carries a good signature, and the signer is its author.'],
  bad: ['bad', 'signature does not hold', 'err', 'The signature is wrong, or it is another person’s.'],
  unchecked: [
    'unknown',
    'not checked',
    'unk',
    'It is signed, but the key is not known here, or was not looked at yet.',
  ],
  unsigned: ['outside', 'not signed', 'dim', 'Anybody who may push to the remote could have written it.'],
  local: ['clock', 'not sent yet', 'dim', 'Your own, written on this machine; others see it after a sync.'],
}

export function Signature({ of }: { readonly of: SignatureState }) {
  const [icon, word, tone, help] = shown[of]
  return (
    <span className={`t11 sev nw ${tone}`} title={help}>
      <Icon name={icon} className="sm" />
      {word}
    </span>
  )
}
