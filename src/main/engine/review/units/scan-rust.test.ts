import { beforeAll, expect, test } from 'vitest'
import { openRustParser, type RustParser } from './rust-parser.ts'
import { scanRust } from './scan-rust.ts'

let parser: RustParser
beforeAll(async () => {
  parser = await openRustParser()
})

/** `kind@line certainty item` of each unit. */
function seen(source: string): string[] {
  return scanRust(source, parser).units.map(u => {
    const line = source.slice(0, u.start).split('\n').length
    const marks = [
      u.certainty === 'parsed' ? '' : ` ${u.certainty}`,
      u.places > 1 ? ` x${u.places}` : '',
      u.item === null ? '' : ` in ${u.item}`,
    ]
    return `${u.kind}@${line}${marks.join('')}`
  })
}

test.each<readonly [string, string, readonly string[]]>([
  ['block', 'fn a() { unsafe { *p } }', ['unsafe-block@1 in a']],
  ['function', 'pub unsafe fn a() {}', ['unsafe-fn@1 in a']],
  ['method signature in a trait', 'trait T { unsafe fn a(); }', ['unsafe-fn@1 in T::a']],
  ['impl and trait', 'unsafe impl Send for X {}\nunsafe trait T {}', ['unsafe-impl@1 in X', 'unsafe-trait@2 in T']],
  ['a function pointer is a type', 'type F = unsafe extern "C" fn(u8) -> u8;\nfn a(f: unsafe fn()) {}', []],
  ['the word in a comment, string or name', '// unsafe {\nconst A: &str = "unsafe { }"; fn unsafe_a() {}', []],
  ['a raw identifier is a name', 'fn r#unsafe() { r#std::process::exit(1) }', ['process@1 in r#unsafe']],
  ['inside a macro call', 'm! { fn a() { unsafe { b() } } }', ['unsafe-block@1 words in a']],
  ['inside a macro definition', 'macro_rules! m { ($x:expr) => { unsafe { $x } } }', ['unsafe-block@1 words in m']],
  ['behind a parse error', 'fn a( { let ;; ] unsafe { x() }', ['unsafe-block@1 words in a']],
  ['edition 2024 extern block', 'unsafe extern "C" { fn a(); }', ['ffi@1']],
  ['extern block and function', 'extern "C" { fn a(); }\npub extern "C" fn b() {}', ['ffi@1', 'ffi@2 in b']],
  ['extern crate and function type', 'extern crate libc;\ntype F = extern "C" fn();', []],
  [
    'exported name',
    '#[no_mangle]\npub fn a() {}\n#[unsafe(export_name = "x")]\nfn b() {}',
    ['ffi@1', 'ffi@3', 'unsafe-attribute@3'],
  ],
  ['attribute behind a condition', '#[cfg_attr(x, no_mangle)] fn a() {}', ['ffi@1']],
  ['assembly', 'fn a() { core::arch::asm!("nop"); }\nglobal_asm!("x");', ['asm@1 in a', 'asm@2']],
  [
    'include',
    'include!("x.rs"); const A: &[u8] = include_bytes!("a.bin");\n#[path = "y.rs"] mod y;',
    ['include@1', 'include@1 in A', 'include@2'],
  ],
  ['process by alias', 'use std::process::Command as C;\nfn a() { C::new("x"); }', ['process@2 in a']],
  ['process by whole path in a macro', 'm!(std::process::exit(1));', ['process@1 words']],
  [
    'grouped import',
    'use std::{fs::{self, File}, net::TcpStream};\nfn a() { fs::read("x"); File::open("y"); TcpStream::connect("z"); }',
    ['file-system@2 in a', 'file-system@2 in a', 'network@2 in a'],
  ],
  ['an import nobody names here', 'pub use std::process::Command;', ['process@1']],
  ['a glob hides names', 'use std::net::*;', ['network@1 unknown']],
  [
    'harmless types',
    'use std::net::{IpAddr, SocketAddr};\nfn a(x: IpAddr) -> SocketAddr { SocketAddr::new(x, 1) }',
    [],
  ],
  [
    'environment',
    'fn a() { std::env::var("X"); env!("Y"); option_env!("Z"); }',
    ['environment@1 in a', 'environment@1 in a', 'environment@1 in a'],
  ],
  ['clock', 'use std::time::{Duration, Instant};\nfn a() -> Duration { Instant::now().elapsed() }', ['clock@2 in a']],
  [
    'C functions',
    'fn a() { unsafe { libc::open(p, 0); libc::dlopen(p, 0); libc::getenv(p); libc::abs(1); } }',
    ['unsafe-block@1 in a', 'file-system@1 in a', 'dynamic-loading@1 in a', 'environment@1 in a'],
  ],
  [
    'transmute',
    'use std::mem;\nfn a() { mem::transmute::<A, B>(x); core::mem::transmute_copy(&x); }',
    ['transmute@2 in a', 'transmute@2 in a'],
  ],
  [
    'raw pointers are one unit per item',
    'fn a(p: *const u8) -> *mut u8 { p as *mut u8 }\nfn b() { &raw const x; }',
    ['raw-pointer@1 x3 in a', 'raw-pointer@2 in b'],
  ],
  ['multiplication is no pointer', 'const A: u8 = 2 * B; fn a(x: u8) -> u8 { x * y }', []],
  [
    'procedural macro',
    '#[proc_macro_derive(X, attributes(y))]\npub fn x(i: TokenStream) -> TokenStream { i }',
    ['proc-macro@1'],
  ],
  [
    'runs before main',
    '#[ctor::ctor]\nfn a() {}\n#[global_allocator]\nstatic A: B = B;',
    ['runs-before-main@1', 'runs-before-main@3'],
  ],
  ['long literal', `const A: &str = "${'x'.repeat(1_000)}";`, ['long-literal@1 in A']],
  ['a name that is not ASCII', 'fn größe() {}', ['non-ascii-name@1 in größe']],
  [
    'a field with the name of an import',
    'use std::fs::File;\nstruct A { File: u8 }\nfn b() { File::open("x"); }',
    ['file-system@3 in b'],
  ],
  [
    'items of the same name each have their pointers',
    '#[cfg(a)] fn f(p: *const u8) {}\n#[cfg(b)] fn f(p: *const u8) {}',
    ['raw-pointer@1 in f', 'raw-pointer@2 in f'],
  ],
  [
    'pointers made without their type',
    'use core::ptr;\nfn a() { ptr::null() }\nfn b() { x.as_mut_ptr() }\nfn c() { Vec::from_raw_parts(x, 1, 1) }\nfn d() { addr_of!(x) }',
    ['raw-pointer@2 in a', 'raw-pointer@3 in b', 'raw-pointer@4 in c', 'raw-pointer@5 in d'],
  ],
  ['pointers compared', 'use std::ptr;\nfn a() { ptr::eq(x, y); f(&raw) }', []],
  ['a parameter of a clock type', 'use std::time::Instant;\nfn a(x: Instant) {}', []],
  ['time since', 'use std::time::Instant;\nfn a(x: Instant) { x.elapsed() }', ['clock@2 unknown in a']],
  ['constants', 'fn a() { libloading::os::unix::RTLD_LOCAL; rustix::fs::CWD; std::time::UNIX_EPOCH }', []],
  [
    'harmless types of powerful homes',
    'use std::os::unix::net::SocketAddr;\nfn a(x: libloading::Error) { SocketAddr::from_pathname(p) }',
    [],
  ],
  [
    'a C function by its bare name',
    'link!("kernel32.dll" "system" fn GetProcAddress(a: u8) -> u8);\nfn a() { GetProcAddress(x) }',
    ['ffi@1 unknown', 'dynamic-loading@2 in a'],
  ],
  [
    'a C function with a common name, declared here',
    'extern "C" { fn open(p: u8) -> u8; }\nfn a() { open(1) }',
    ['ffi@1', 'file-system@2 in a'],
  ],
  ['a common name that is not declared', 'fn a() { open(1); connect(2); link(3) }', []],
  ['one with a body of its own', 'fn getenv(x: u8) {}\nfn a() { getenv(1) }', []],
  ['a macro that makes system calls', 'fn a() { syscall!(sendto(fd, p)) }', ['network@1 unknown in a']],
  [
    'a system call that no list knows',
    'fn a() { syscall!(fcntl(fd, size(p)))?; cvt!(libc::ioctl(fd)) }',
    ['ffi@1 unknown in a', 'ffi@1 unknown in a'],
  ],
  ['a macro of system calls around a function of the file', 'fn b() {}\nfn a() { syscall!(b()) }', []],
  [
    'functions made by a macro of system calls',
    'syscall! { fn a(x: u8); }\nweak_or_syscall! { #[cold] pub(super) fn b(x: u8); }\nlibc_flags! { pub(crate) struct C: u8 { D; } }',
    ['ffi@1 unknown', 'ffi@2 unknown'],
  ],
  ['a block in a macro of system calls', 'fn a() { syscall!(unsafe { b() }) }', ['unsafe-block@1 words in a']],
  ['another macro around a call', 'fn a() { assert!(fcntl(fd)) }', []],
  [
    'C functions of files, sockets and libraries',
    'fn a() { libc::msync(p); libc::sendfile(a, b); libc::recvmmsg(a); libc::dladdr(p) }',
    ['file-system@1 in a', 'network@1 in a', 'network@1 in a', 'dynamic-loading@1 in a'],
  ],
  [
    'numbers of system calls',
    'fn a() { syscall(__NR_openat, x); libc::syscall(libc::SYS_connect) }',
    ['file-system@1 in a', 'network@1 in a'],
  ],
  [
    'a well-known name that nothing explains',
    'use super::*;\nfn a() { File::open(x); fs::read(x); crate::time::Instant::now() }',
    ['file-system@2 unknown in a', 'file-system@2 unknown in a', 'clock@2 unknown in a'],
  ],
  [
    'a well-known name that the file explains',
    'use other::Command;\nstruct File;\nfn a() { File::open(x); Command::new(x); fs::read(x) }',
    [],
  ],
  ['declarations made by a macro', 'prefixed_extern! { fn a(x: u8); }', ['ffi@1 unknown']],
  ['an ABI from a macro', 'macro_rules! m { ($abi:literal) => { extern $abi fn a() {} } }', ['ffi@1 unknown in m']],
  ['negation is no macro', 'fn a() { if !(x) { unsafe {} } }', ['unsafe-block@1 in a']],
  ['brackets that do not match', 'fn a() { ( }\nfn b() { unsafe {} }', ['unsafe-block@2 in b']],
  [
    'a gap makes nothing else uncertain',
    'fn a() { unsafe { x } }\nfn b() { let = ; }\nfn c() { unsafe { y } }',
    ['unsafe-block@1 in a', 'unsafe-block@3 in c'],
  ],
  [
    'item names with generics',
    "impl<'a, T: Fn() -> u8> Tr<T> for Foo<'a, T> where T: X { fn a() { unsafe {} } }",
    ["unsafe-block@1 in Foo<'a, T>::a"],
  ],
  [
    'a const and what stands behind it',
    'const A: [u8; 2] = { unsafe { x } };\nstatic mut B: *mut u8 = 0 as *mut u8;\nfn c() { unsafe {} }',
    ['unsafe-block@1 in A', 'raw-pointer@2 x2 in B', 'unsafe-block@3 in c'],
  ],
  ['nested item names', 'mod m { impl Foo { fn a(&self) { unsafe {} } } }', ['unsafe-block@1 in m::Foo::a']],
])('%s', (_, source, expected) => {
  expect(seen(source)).toEqual(expected)
})

test('says where a file does not parse, and counts macro bodies', () => {
  expect(scanRust('fn a() {}\nfn (', parser).problem).toMatch(/line 2/)
  expect(scanRust('m!(a); n! { b }', parser).macroBodies).toBe(2)
  expect(scanRust('fn a() {}', parser).problem).toBeNull()
})

test.each([
  'unsafe extern "C" { pub safe fn a(); unsafe fn b(); safe static X: u8; unsafe static Y: u8; }',
  'fn a() { let p = &raw const x; let q = &raw mut y; f(&raw, &raw) }',
  "fn a<'a, T>() -> impl Sized + use<'a, T> { b() }",
  'fn a() { if let Some(x) = y && let Some(z) = x && z {} }',
  'gen fn a() { yield 1; }\nasync gen fn b() {}\nfn c() { let x = gen { yield 1; }; let y = gen move { z }; }',
  'unsafe auto trait X {}',
  'impl const Default for X { fn a() {} }\nfn b<T: ~const X>() {}',
])('newer syntax is no gap: %s', source => {
  expect(scanRust(source, parser).problem).toBeNull()
})

test('says how many gaps there are and where', () => {
  const source = 'fn a() { let = ; }\nfn b() {}\nfn c() { let = ; }\n'
  const { problem, gaps } = scanRust(source, parser)
  expect(problem).toMatch(/^does not parse at line 1 and at \d+ other place/)
  expect(new Set(gaps.map(gap => source.slice(0, gap.start).split('\n').length))).toEqual(new Set([1, 3]))
})

test.each([
  'unsafe { ',
  'fn a ',
  'm! { ',
  'impl A for ',
  'use x as y; y::z(); ',
  '(] ',
  'const A: ',
  'a::<',
  'struct a { fn b() {} ',
])('time grows with the length and not with its square: %s', piece => {
  const timed = (times: number): number => {
    const text = piece.repeat(times)
    const startedAt = performance.now()
    scanRust(text, null)
    return performance.now() - startedAt
  }
  timed(1_000)
  const short = Math.min(timed(4_000), timed(4_000))
  // Four times the length; a square would take sixteen times as long.
  expect(timed(16_000)).toBeLessThan(12 * short + 200)
})
