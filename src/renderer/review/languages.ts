/**
 * Grammars for what crates are made of: Rust with its own tokens for unsafe, macros, types and calls, TOML and JSON.
 * Token names are those that monaco-theme.ts colours. Every rule moves forward by at least one character.
 */
import type { languages } from 'monaco-editor/editor'

const RUST_KEYWORDS = (
  'as async await break const continue crate dyn else enum extern false fn for gen if impl in let loop match mod move ' +
  'mut pub ref return self static struct super trait true try type union use where while yield macro_rules'
).split(' ')
const RUST_TYPES = (
  'Self bool char str u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f16 f32 f64 f128 c_void c_char c_schar ' +
  'c_uchar c_short c_ushort c_int c_uint c_long c_ulong c_longlong c_ulonglong c_float c_double size_t ssize_t off_t'
).split(' ')

export const rustGrammar: languages.IMonarchLanguage = {
  tokenPostfix: '.rust',
  defaultToken: '',
  keywords: RUST_KEYWORDS,
  types: RUST_TYPES,
  tokenizer: {
    root: [
      [/\/\*/, 'comment', '@comment'],
      [/\/\/.*$/, 'comment'],
      [/#!?\[/, { token: 'attribute', next: '@attribute' }],
      [/(?:br|cr|r)(#*)"/, { token: 'string', next: '@rawString.$1' }],
      [/[bc]?"/, { token: 'string', next: '@string' }],
      [/b?'(?:[^'\\\n]|\\(?:u\{[0-9a-fA-F_]{1,8}\}|x[0-9a-fA-F]{2}|.))'/, 'string'],
      [/'[a-zA-Z_]\w*/, 'lifetime'],
      [/\bunsafe\b/, 'unsafe'],
      [/r#[a-zA-Z_]\w*/, 'identifier'],
      [/[a-zA-Z_]\w*!(?=\s*[([{])/, 'macro'],
      [/(fn)(\s+)([a-zA-Z_]\w*)/, ['keyword', '', 'function']],
      [/[A-Z][A-Z0-9_]+\b/, 'constant'],
      [/[A-Z]\w*/, { cases: { '@types': 'type', '@default': 'type' } }],
      [
        /[a-z_]\w*(?=\s*(?:::<[^>()]{0,80}>)?\()/,
        { cases: { '@keywords': 'keyword', '@types': 'type', '@default': 'function' } },
      ],
      [/[a-z_]\w*/, { cases: { '@keywords': 'keyword', '@types': 'type', '@default': 'identifier' } }],
      [/0[xX][0-9a-fA-F_]+\w*|0[ob][0-7_]+\w*|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?[\d_]+)?\w*/, 'number'],
      [/[^\w\s'"/#]+/, 'delimiter'],
      [/\s+/, ''],
      [/./, 'delimiter'],
    ],
    comment: [
      [/[^/*]+/, 'comment'],
      [/\/\*/, 'comment', '@push'],
      [/\*\//, 'comment', '@pop'],
      [/[/*]/, 'comment'],
    ],
    attribute: [
      [/"/, { token: 'string', next: '@string' }],
      [/\[/, { token: 'attribute', next: '@push' }],
      [/\]/, { token: 'attribute', next: '@pop' }],
      [/[^"[\]]+/, 'attribute'],
    ],
    string: [
      [/[^\\"]+/, 'string'],
      [/\\./, 'string.escape'],
      [/\\$/, 'string.escape'],
      [/"/, { token: 'string', next: '@pop' }],
    ],
    rawString: [
      [/[^"]+/, 'string'],
      [/"(#*)/, { cases: { '$1==$S2': { token: 'string', next: '@pop' }, '@default': 'string' } }],
    ],
  },
}

export const tomlGrammar: languages.IMonarchLanguage = {
  tokenPostfix: '.toml',
  defaultToken: '',
  tokenizer: {
    root: [
      [/^\s*\[\[?[^\]#]*\]\]?/, 'type'],
      [/#.*$/, 'comment'],
      [/(?:[\w-]+|"[^"\n]*"|'[^'\n]*')(?=(?:\s*\.\s*(?:[\w-]+|"[^"\n]*"|'[^'\n]*'))*\s*=)/, 'function'],
      { include: '@value' },
    ],
    value: [
      [/"""/, { token: 'string', next: '@longString' }],
      [/'''/, { token: 'string', next: '@longLiteral' }],
      [/"(?:[^"\\\n]|\\.)*"/, 'string'],
      [/'[^'\n]*'/, 'string'],
      [/\b(?:true|false|inf|nan)\b/, 'keyword'],
      [/[+-]?\d[\w:.+-]*/, 'number'],
      [/[^\s\w"'#[\]]+|[[\]]/, 'delimiter'],
      [/\w+/, 'identifier'],
      [/\s+/, ''],
      [/./, ''],
    ],
    longString: [
      [/"""/, { token: 'string', next: '@pop' }],
      [/[^"\\]+|\\.|\\$|"/, 'string'],
    ],
    longLiteral: [
      [/'''/, { token: 'string', next: '@pop' }],
      [/[^']+|'/, 'string'],
    ],
  },
}

export const jsonGrammar: languages.IMonarchLanguage = {
  tokenPostfix: '.json',
  defaultToken: '',
  tokenizer: {
    root: [
      [/"(?:[^"\\]|\\.)*"(?=\s*:)/, 'function'],
      [/"(?:[^"\\]|\\.)*"/, 'string'],
      [/-?\d[\d.eE+-]*/, 'number'],
      [/\b(?:true|false|null)\b/, 'keyword'],
      [/[^\s"\w-]+/, 'delimiter'],
      [/\s+|\w+|./, ''],
    ],
  },
}
