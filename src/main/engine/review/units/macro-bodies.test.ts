import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { openRustParser, type RustParser } from './rust-parser.ts'
import { scanRust } from './scan-rust.ts'

let parser: RustParser
beforeAll(async () => {
  parser = await openRustParser()
})

const known = fc.constantFrom(
  ['unsafe-block', 'unsafe { x() }'],
  ['unsafe-fn', 'unsafe fn f() {}'],
  ['unsafe-impl', 'unsafe impl Send for X {}'],
  ['ffi', 'extern "C" { fn f(); }'],
  ['asm', 'asm!("nop")'],
  ['transmute', 'std::mem::transmute::<A, B>(x)'],
  ['raw-pointer', 'x as *mut u8'],
  ['process', 'std::process::exit(1)'],
  ['file-system', 'std::fs::read("x")'],
  ['environment', 'env!("X")'],
  ['include', 'include!("x.rs")'],
  ['clock', 'std::time::Instant::now()'],
) as fc.Arbitrary<readonly [string, string]>
const noise = fc.constantFrom(
  '',
  '// unsafe " {\n',
  '/* { " /* nested */ \' */ ',
  'r#"unsafe { " "#; ',
  '"\\" {"; ',
  "f::<'a>(); ",
  "'{'; b'\\''; ",
  '#[attr(x = "{")] ',
  '$($t:tt)* => ',
  '{ a; } ',
)
const wrapper = fc.constantFrom(
  ['m! { ', ' }'],
  ['m!(', ')'],
  ['vec![', ']'],
  ['cfg_if! { if #[cfg(unix)] { ', ' } else { y } }'],
  ['macro_rules! n { ($x:expr) => { ', ' } }'],
  ['fn g() { some::path! { ', ' } }'],
) as fc.Arbitrary<readonly [string, string]>

test('what stands in a macro body is listed, and not as surely as what is parsed', () => {
  fc.assert(
    fc.property(
      known,
      fc.array(fc.tuple(wrapper, noise, noise), { minLength: 1, maxLength: 5 }),
      ([kind, code], layers) => {
        const text = layers.reduce(
          (inner, [[open, close], before, after]) => `${open}${before}${inner} ; ${after}${close}`,
          code,
        )
        const found = scanRust(text, parser).units.filter(unit => unit.kind === kind)
        expect(found.map(unit => unit.certainty === 'parsed')).toContain(false)
      },
    ),
    { numRuns: 300 },
  )
})
