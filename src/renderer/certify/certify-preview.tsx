/** Right half of the certify sheet: the effects in words, then the exact change to each of the three files. */
import type { CertifyPlan, TextDiffLine } from '../../shared/wire.ts'
import type { ShownPlan } from './certify-actions.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { count, number } from '../parts/words.ts'

const tones: Readonly<
  Record<
    CertifyPlan['effects'][number]['tone'],
    { readonly icon: IconName; readonly tone: string; readonly word: string }
  >
> = {
  resolved: { icon: 'ok', tone: 'ok', word: 'Resolved' },
  removed: { icon: 'minus', tone: 'ok', word: 'Removed' },
  remains: { icon: 'list', tone: 'sub', word: 'Remains' },
  info: { icon: 'info', tone: 'acc', word: 'Note' },
  warning: { icon: 'warn', tone: 'warn', word: 'Warning' },
}

const lineLooks: Readonly<Record<TextDiffLine['tag'], { readonly className: string; readonly sign: string }>> = {
  same: { className: 'dl', sign: ' ' },
  add: { className: 'dl ad', sign: '+' },
  del: { className: 'dl rm', sign: '-' },
  skip: { className: 'dl h', sign: '' },
}

/** `17 unchanged lines` for the gap between two lines of the new file; without numbers where the file goes on. */
export function skippedText(before: TextDiffLine | undefined, after: TextDiffLine | undefined): string {
  if (after === undefined) return 'unchanged to the end'
  if (after.newNo === null || (before !== undefined && before.newNo === null)) return 'unchanged lines'
  return count(after.newNo - (before?.newNo ?? 0) - 1, 'unchanged line')
}

function DiffLine({ line, skipped }: { readonly line: TextDiffLine; readonly skipped: string }) {
  const look = lineLooks[line.tag]
  return (
    <div className={look.className}>
      <em aria-hidden="true">{line.oldNo}</em>
      <em aria-hidden="true">{line.newNo}</em>
      <span>
        <b>{look.sign}</b> {line.tag === 'skip' && line.text === '' ? skipped : line.text}
      </span>
    </div>
  )
}

function FileDiff({ file }: { readonly file: CertifyPlan['files'][number] }) {
  const isSame = file.added === 0 && file.removed === 0
  return (
    <section aria-label={`Change of ${file.file}`}>
      <div className="fhead">
        <b className="med mono">supply-chain/{file.file}</b>
        {isSame ? (
          <span className="t12 dim">no change</span>
        ) : (
          <span className="num t12">
            {file.added > 0 && <span className="add">+{number(file.added)} </span>}
            {file.removed > 0 && <span className="del">−{number(file.removed)}</span>}
          </span>
        )}
        <span className="right t11 dim">
          {isSame && file.baseSha256 === file.newSha256 ? 'same bytes' : 'byte for byte as written'}
        </span>
      </div>
      {file.lines.length > 0 && (
        <div className="dfb">
          {file.lines.map((line, i) => (
            <DiffLine key={i} line={line} skipped={skippedText(file.lines[i - 1], file.lines[i + 1])} />
          ))}
        </div>
      )}
    </section>
  )
}

export function CertifyPreview({ plan, isOld }: { readonly plan: ShownPlan; readonly isOld: boolean }) {
  return (
    <section className={isOld ? 'prev old' : 'prev'} aria-label="Preview" aria-busy={isOld} data-region="preview">
      <div className="eff">
        <h2 className="row">
          <Icon
            name={plan.trial.state === 'passed' ? 'ok' : 'bad'}
            className={plan.trial.state === 'passed' ? 'ok' : 'err'}
          />
          After writing
        </h2>
        <ul>
          {plan.effects.map((effect, i) => (
            <li key={i}>
              <Icon name={tones[effect.tone].icon} className={tones[effect.tone].tone} />
              <span>
                <span className="sr">{tones[effect.tone].word}: </span>
                {effect.text}
              </span>
            </li>
          ))}
        </ul>
      </div>
      <div
        className="scroll grow files"
        tabIndex={0}
        role="group"
        aria-label="Changes of the three files"
        data-region-focus
      >
        {plan.files.map(file => (
          <FileDiff key={file.file} file={file} />
        ))}
      </div>
    </section>
  )
}
