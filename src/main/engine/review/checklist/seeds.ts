/**
 * Assay's own questions, used for a criterion until the team writes its own into assay.toml. They follow what the
 * criteria state: cargo-vet's built-in texts, and the levels of risk of undefined behaviour that several public audit
 * sets name `ub-risk-N`. What a criterion implies has its own list, so nothing is asked twice.
 */
import type { ChecklistAuto, ChecklistItem } from '../../../../shared/review-checklist.ts'

const asked = (id: string, question: string, auto: ChecklistAuto | null = null): ChecklistItem => ({
  id,
  question,
  auto,
})

const SAFE_TO_RUN: readonly ChecklistItem[] = [
  asked('build-time', 'Do build scripts and procedural macros do only what building this crate needs?'),
  asked('files', 'Are files read and written only where the caller or the build asks for it?'),
  asked('network', 'Is nothing contacted that the caller did not name?'),
  asked('device', 'Is no software installed, and are no settings of the machine or of other programs changed?'),
  asked('resources', 'Is there no work that only uses up the machine (mining, endless loops, floods of output)?'),
  asked(
    'hidden',
    'Is there nothing that hides what it does: packed code, long literals, binaries, invisible characters?',
  ),
]

const SAFE_TO_DEPLOY: readonly ChecklistItem[] = [
  asked('units', 'Was every place with unsafe code, FFI, build-time code or system access looked at?', 'units'),
  asked('unsafe-sound', 'Does all unsafe code keep its promises for every input that safe callers can give?'),
  asked(
    'untrusted-input',
    'In ordinary use, is it ruled out that untrusted input makes the crate panic, hang or fill the memory?',
  ),
  asked(
    'powers',
    'Are files, processes, network and environment used only as the crate advertises, and not steered by input?',
  ),
  asked('generated-code', 'Does code that the crate generates for its users meet the same standard?'),
  asked('secrets', 'Is nothing secret logged, kept or sent, and is cryptography left to crates made for it?'),
  asked('read', 'Was every changed file read?', 'read'),
  asked('discretion', 'Is everything that was let pass written down in the notes?'),
]

const NO_UNSAFE = [asked('no-unsafe', 'Is there no unsafe code at all, also not in macros, FFI or code it generates?')]
const PROVEN = [
  asked('units', 'Was every unsafe place looked at?', 'units'),
  asked('argument', 'Can each unsafe block be argued sound from the code around it, without knowing its callers?'),
  asked('written', 'Are the conditions of unsafe functions written down and kept at every call?'),
  asked('public-api', 'Is it ruled out that any use of the safe public API reaches undefined behaviour?'),
]
const ORDINARY = [
  asked('units', 'Was every unsafe place looked at?', 'units'),
  asked('no-known', 'Is no unsoundness known that ordinary use of the crate could reach?'),
  asked('odd-use', 'Would remaining unsoundness need use that no reasonable caller writes?'),
]
const MILD = [
  asked('units', 'Was every unsafe place looked at?', 'units'),
  asked('limits', 'Is it written down which use reaches undefined behaviour, and can callers avoid it?'),
  asked('not-exploitable', 'Is it ruled out that untrusted input alone reaches it?'),
]
const EXTREME = [
  asked('named', 'Is it written down what is unsound, and why the crate is used all the same?'),
  asked('contained', 'Is the use of the crate here held to parts that were checked by hand?'),
]
const TWO_READERS = [
  asked('expert', 'Did somebody who knows unsafe Rust well read each unsafe place, with tests or a sanitiser run?'),
]

const SEEDS: ReadonlyMap<string, readonly ChecklistItem[]> = new Map([
  ['safe-to-run', SAFE_TO_RUN],
  ['safe-to-deploy', SAFE_TO_DEPLOY],
  ['ub-risk-0', NO_UNSAFE],
  ['ub-risk-1', PROVEN],
  ['ub-risk-1-thorough', TWO_READERS],
  ['ub-risk-2', ORDINARY],
  ['ub-risk-2-thorough', TWO_READERS],
  ['ub-risk-3', MILD],
  ['ub-risk-3-thorough', TWO_READERS],
  ['ub-risk-4', EXTREME],
])

/** Empty for a criterion that Assay has no questions for. */
export function seededChecklist(criterion: string): readonly ChecklistItem[] {
  return SEEDS.get(criterion) ?? []
}
